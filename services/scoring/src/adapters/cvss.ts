import cvss from 'ae-cvss-calculator';
import type { CvssCalculator } from '../domain/severity.js';

const MAX_VECTORS = 20_000;

/**
 * CVSS 2 to 4 base scores by ae-cvss-calculator, remembered by vector: reports repeat few vectors, and a look-up is a
 * hundredth of a computation (13 µs). Null for a vector that is not whole or not valid.
 */
export function createCvssCalculator(): CvssCalculator {
  const known = new Map<string, number | null>();
  return (vector) => {
    const hit = known.get(vector);
    if (hit !== undefined) return hit;
    if (known.size >= MAX_VECTORS) known.clear();
    const base = compute(vector);
    known.set(vector, base);
    return base;
  };
}

function compute(vector: string): number | null {
  if (vector.length > 300) return null;
  try {
    const parsed = cvss.fromVector(vector.trim().replace(/^\(|\)$/g, ''));
    if (parsed === null || !parsed.isBaseFullyDefined()) return null;
    const scores = parsed.calculateScores();
    const base = 'baseMetricsOnly' in scores ? scores.baseMetricsOnly : scores.base;
    return typeof base === 'number' && Number.isFinite(base) ? base : null;
  } catch {
    // The library throws on some malformed vectors; the tool's own number or word is used instead.
    return null;
  }
}
