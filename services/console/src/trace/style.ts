import type { TraceLink } from '../api/types.js';

/** How far a link may be trusted, as the line says it; strongest first. */
export const LINE_STYLES = ['verified', 'recorded', 'inferred', 'contested', 'ended'] as const;
export type LineStyle = (typeof LINE_STYLES)[number];

const INFERRED = new Set(['dockerfile', 'tag']);

/** `at` is the moment that is looked at: a link that ended later was true then. */
export function lineStyle(link: TraceLink, at: number): LineStyle {
  if (link.validTo && Date.parse(link.validTo) <= at) return 'ended';
  if (link.verified) return 'verified';
  if (link.confidence < 0.5) return 'contested';
  return INFERRED.has(link.method) ? 'inferred' : 'recorded';
}

export const weakest = (styles: readonly LineStyle[]): LineStyle => [...styles].sort((a, b) => LINE_STYLES.indexOf(b) - LINE_STYLES.indexOf(a))[0] ?? 'recorded';

const METHODS: Readonly<Record<string, string>> = {
  'attestation': 'signed attestation', 'api': 'cloud API', 'deployment-record': 'deployment record', 'manual': 'entered by hand', 'oci-label': 'image label',
  'build-output': 'build output', 'codeowners': 'CODEOWNERS', 'dockerfile': 'Dockerfile similarity', 'tag': 'tag equals commit',
};
export const methodWords = (method: string): string => METHODS[method] ?? method.replaceAll('-', ' ');

export const STYLE_WORDS: Readonly<Record<LineStyle, string>> = { verified: 'Verified', recorded: 'Recorded', inferred: 'Inferred', contested: 'Candidate', ended: 'Ended' };
