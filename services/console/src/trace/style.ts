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

/** Several links of one hop are several proofs of it: the strongest counts. Links of different hops are a chain: the weakest does. */
export function edgeStyle(links: readonly TraceLink[], at: number): LineStyle {
  const telling = links.filter((link) => !isIdentity(link));
  const hops = new Map<string, LineStyle>();
  for (const link of telling.length > 0 ? telling : links) {
    const hop = `${link.from} ${link.to}`;
    const style = lineStyle(link, at);
    const before = hops.get(hop);
    hops.set(hop, before === undefined ? style : weakest([before, style]) === style ? before : style);
  }
  return weakest([...hops.values()]);
}

/**
 * What a name says of itself is neither proof nor doubt: a commit's URN holds its repository, an image's its name, and the digest of an
 * index covers the digests that it lists.
 */
function isIdentity(link: TraceLink): boolean {
  if (link.method !== 'api' || link.validTo !== null) return false;
  return (link.kind === 'contains' && OF_ITSELF.test(`${link.from} ${link.to}`)) || (link.kind === 'part-of' && link.to.startsWith('image-name:'));
}

/** Restricted nodes keep their kind in their name. */
const OF_ITSELF = /^((repo:|restricted:repository\/)\S* (commit:|restricted:commit\/)|(image:|restricted:image\/)\S* (image:|restricted:image\/))/;

/** A line that stands for many: the weakest of what holds; ended only when all of them ended. */
export function bundleStyle(styles: readonly LineStyle[]): LineStyle {
  const holding = styles.filter((style) => style !== 'ended');
  return weakest(holding.length > 0 ? holding : styles);
}

/** What stands on the line, so that trust never rests on colour or dashes alone. */
export function badgeOf(style: LineStyle, confidence: number): string {
  switch (style) {
    case 'verified': return '✓';
    case 'inferred': return `≈ ${confidence.toFixed(2)}`;
    case 'contested': return `? ${confidence.toFixed(2)}`;
    default: return '';
  }
}

const METHODS: Readonly<Record<string, string>> = {
  'attestation': 'signed attestation', 'api': 'cloud API', 'deployment-record': 'deployment record', 'manual': 'entered by hand', 'oci-label': 'image label',
  'build-output': 'build output', 'codeowners': 'CODEOWNERS', 'dockerfile': 'Dockerfile similarity', 'tag': 'image tag',
};
export const methodWords = (method: string): string => METHODS[method] ?? method.replaceAll('-', ' ');

export const STYLE_WORDS: Readonly<Record<LineStyle, string>> = { verified: 'Verified', recorded: 'Recorded', inferred: 'Inferred', contested: 'Candidate', ended: 'Ended' };
