import type { Severity } from '@throughline/domain';

/** Severity as a draft carries it: the tool's word, ours, and the rule that led from one to the other. */
export interface MappedSeverity {
  readonly original: string;
  readonly normalized: Severity;
  readonly rule: string;
}

export const NO_SEVERITY: MappedSeverity = { original: '', normalized: 'unknown', rule: 'none' };

/** Words that most tools share; a parser's own map goes first. */
export const COMMON_SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical', blocker: 'critical', urgent: 'critical',
  high: 'high', error: 'high', severe: 'high', important: 'high', major: 'high',
  medium: 'medium', moderate: 'medium', warning: 'medium', warn: 'medium',
  low: 'low', minor: 'low', note: 'low',
  info: 'info', informational: 'info', information: 'info', negligible: 'info', none: 'info', style: 'info',
  unknown: 'unknown', undefined: 'unknown',
};

/** Maps a tool's word by its own map, then by the common words; an unmapped word is `unknown` and stays readable. */
export function severityOf(word: string, map: Readonly<Record<string, Severity>>, rule: string): MappedSeverity {
  const key = word.trim().toLowerCase();
  if (key === '') return NO_SEVERITY;
  if (Object.hasOwn(map, key)) return { original: word, normalized: map[key] as Severity, rule };
  if (Object.hasOwn(COMMON_SEVERITIES, key)) return { original: word, normalized: COMMON_SEVERITIES[key] as Severity, rule: 'common-words' };
  return { original: word, normalized: 'unknown', rule: 'unmapped' };
}

/** Qualitative bands of CVSS v3.1 §5 (v4.0 has the same): 9.0 critical, 7.0 high, 4.0 medium, above 0 low, 0 info. */
export function severityOfScore(score: number, original: string, rule: string): MappedSeverity {
  const normalized = score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'info';
  return { original, normalized, rule };
}
