import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';

const services = ['dedup', 'scoring'];

describe('npm run redrive', () => {
  it('looks unless it is told to send', () => {
    expect(parseArguments(['dedup'], services)).toEqual({ service: 'dedup', code: undefined, dryRun: true });
    expect(parseArguments(['dedup', '--code=undecodable', '--send'], services)).toEqual({ service: 'dedup', code: 'undecodable', dryRun: false });
  });
  it.each([[[]], [['nobody']], [['dedup', '--force']]])('refuses %j', (args) => expect(parseArguments(args, services)).toBeUndefined());
});
