import { describe, expect, it } from '@jest/globals';
import { serverOptions } from './connection.js';

describe('serverOptions', () => {
  it('puts the service\'s schema first and takes settings along', () => {
    expect(serverOptions('dedup', { lock_timeout: '5s' })).toBe('-c search_path=dedup,platform -c lock_timeout=5s');
    expect(serverOptions('dedup', { timezone: 'a b' })).toContain('a\\ b');
  });
});
