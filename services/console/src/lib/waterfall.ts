import type { Factor } from '../api/types.js';

export interface WaterfallRow { readonly factor: Factor; readonly from: number; readonly to: number; readonly tone: 'up' | 'down' | 'unknown' | 'none' }
export interface Waterfall { readonly rows: readonly WaterfallRow[]; readonly total: number; readonly low: number; readonly high: number }

const round = (n: number): number => Math.round(n * 100) / 100;

/** Each factor's bar starts where the one before it ended; the last end is the score. */
export function waterfall(factors: readonly Factor[]): Waterfall {
  let running = 0, low = 0, high = 0;
  const rows = factors.map((factor): WaterfallRow => {
    const from = running;
    running = round(running + factor.contribution);
    low = Math.min(low, running);
    high = Math.max(high, running);
    return { factor, from, to: running, tone: toneOf(factor) };
  });
  return { rows, total: running, low, high: Math.max(high, 1) };
}

function toneOf(factor: Factor): WaterfallRow['tone'] {
  if (/^unknown\b/i.test(factor.value)) return 'unknown';
  if (factor.contribution === 0) return 'none';
  return factor.contribution > 0 ? 'up' : 'down';
}

/** `+22`, `−4.5`, `0`: a sign always, so that direction never rests on colour. */
export function signed(n: number): string {
  const value = round(n);
  if (value === 0) return '0';
  return `${value > 0 ? '+' : '−'}${Math.abs(value)}`;
}

/** `+22.00`: columns of the explanation add up to the last digit. */
export function exact(n: number): string {
  return `${n < 0 ? '−' : '+'}${Math.abs(n).toFixed(2)}`;
}

/** Scores are shown whole; the exact value is in the explanation. */
export function whole(score: number | null | undefined): string {
  return score === null || score === undefined ? '–' : String(Math.round(score));
}
