import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

describe('generated files', () => {
  it('are what schemas/ says; run `npm run generate` after a change there', () => {
    const { status, stderr } = spawnSync(process.execPath, [resolve(process.cwd(), '../../tools/generate-contracts.mjs'), '--check'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
