import { describe, expect, it } from '@jest/globals';
import { funnelColumns } from './funnel.js';

describe('funnelColumns', () => {
  it('counts each step against the one before and keeps unknowns apart', () => {
    const columns = funnelColumns([
      { name: 'raw', count: 1000, unknown: 0 }, { name: 'unique', count: 500, unknown: 0 },
      { name: 'deployed', count: 200, unknown: 50 }, { name: 'act', count: 10, unknown: 2 },
    ]);
    expect(columns.map((c) => [c.label, c.provenShare, c.unknownShare])).toEqual([
      ['Reported', 1, 0], ['Unique', 0.5, 0], ['Deployed', 0.3, 0.1], ['To act on', 0.04, 0.01],
    ]);
  });

  it('holds on an empty platform and on counts that do not shrink', () => {
    expect(funnelColumns([{ name: 'raw', count: 0, unknown: 0 }, { name: 'unique', count: 0, unknown: 0 }]).map((c) => c.provenShare)).toEqual([0, 0]);
    const [, grown] = funnelColumns([{ name: 'raw', count: 5, unknown: 0 }, { name: 'unique', count: 8, unknown: 9 }]);
    expect([grown?.provenShare, grown?.unknownShare]).toEqual([0, 1]);
  });
});
