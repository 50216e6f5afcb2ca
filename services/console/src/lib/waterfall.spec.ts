import { describe, expect, it } from '@jest/globals';
import { signed, waterfall, whole } from './waterfall.js';

const factor = (name: string, value: string, contribution: number) => ({ name, value, source: 's', observedAt: '', contribution });

describe('waterfall', () => {
  it('chains the bars and ends on the sum', () => {
    const { rows, total, low, high } = waterfall([factor('severity', '9.8', 40), factor('kev', 'yes', 22.1), factor('reachable', 'unknown', 4), factor('environment', 'dev', -10.05)]);
    expect(rows.map((r) => [r.from, r.to, r.tone])).toEqual([[0, 40, 'up'], [40, 62.1, 'up'], [62.1, 66.1, 'unknown'], [66.1, 56.05, 'down']]);
    expect([total, low, high]).toEqual([56.05, 0, 66.1]);
  });

  it('writes the sign, always', () => expect([signed(22), signed(-4.5), signed(0), signed(0.001)]).toEqual(['+22', '−4.5', '0', '0']));
  it('shows no score as none', () => expect([whole(null), whole(90.5), whole(0)]).toEqual(['–', '91', '0']));
});
