import type { Named, Observed } from './observe.js';
import { HOPS, type ServiceTruth } from './truth.js';

export type MissKind = 'wrong claim' | 'missing link' | 'wrong verified' | 'missing verified' | 'rival not shown' | 'wrong image' | 'wrong exposure' | 'no answer';

/** One thing that is not as it is. */
export interface Miss {
  readonly kind: MissKind;
  readonly service: string;
  readonly situation: string;
  readonly expected: string;
  readonly found: string;
}

/** What one service adds to the figures. */
export interface Judged {
  readonly truth: ServiceTruth;
  /** Claims that are made, by method; right or wrong. */
  readonly claims: readonly { readonly named: Named; readonly right: boolean }[];
  /** Hops for which evidence exists, found or not. */
  readonly evident: readonly { readonly hop: string; readonly found: boolean }[];
  /** Undefined: nothing runs. */
  readonly rightImage: boolean | undefined;
  readonly rightExposure: boolean;
  readonly misses: readonly Miss[];
}

/** Compares what was found of a service with what is true. A service that gave no answer misses all that it could show. */
export function judge(truth: ServiceTruth, observed: Observed | undefined): Judged {
  const { source, service } = truth;
  const miss = (kind: MissKind, situation: string, expected: string, found: string): Miss => ({ kind, service, situation, expected, found });
  if (observed === undefined) {
    const evident = !truth.runs ? [] : source.evident.map((hop) => ({ hop, found: false }));
    return { truth, claims: [], evident, rightImage: truth.runs ? false : undefined, rightExposure: false, misses: [miss('no answer', truth.origin, 'a trace', 'none')] };
  }
  const claims = !truth.runs ? [] : observed.claimed.map((named) => ({ named, right: source.rivals === undefined && source[named.hop] === named.value }));
  const evident = !truth.runs ? [] : source.evident.map((hop) => ({ hop, found: claims.some(({ named, right }) => right && named.hop === hop) }));
  const rightImage = truth.runs ? isImage(observed.running.filter((digest) => !truth.beside.includes(digest)), truth.image) : undefined;
  const rightExposure = observed.exposure === truth.exposure;
  return {
    truth, claims, evident, rightImage, rightExposure,
    misses: [
      ...claims.filter(({ right }) => !right).map(({ named }) => miss('wrong claim', truth.origin, source[named.hop] ?? 'no claim', `${named.hop} ${named.value} by ${named.method}`)),
      ...evident.filter(({ found }) => !found).map(({ hop }) => miss('missing link', truth.origin, `${hop} ${source[hop as 'commit'] ?? ''}`, shown(observed, hop))),
      ...verifiedMisses(truth, observed, miss),
      ...rivalMisses(truth, observed, miss),
      ...(rightImage !== false ? [] : [miss('wrong image', truth.origin, truth.image[0] ?? '', observed.running.join(' ') || 'nothing')]),
      ...(rightExposure ? [] : [miss('wrong exposure', truth.exposed, truth.exposure, observed.exposure)]),
    ],
  };
}

type MakeMiss = (kind: MissKind, situation: string, expected: string, found: string) => Miss;

/** Verified counts as wrong wherever the statement is not true, and wherever no good attestation exists. */
function verifiedMisses({ source, origin, runs }: ServiceTruth, observed: Observed, miss: MakeMiss): Miss[] {
  const verified = [...observed.claimed, ...observed.candidates].filter((named) => named.verified);
  const wrong = verified.filter((named) => !source.verified || source[named.hop] !== named.value);
  const isMissing = source.verified && runs && !HOPS.every((hop) => !source.evident.includes(hop) || verified.some((named) => named.hop === hop && named.value === source[hop]));
  return [
    ...wrong.map((named) => miss('wrong verified', origin, source.verified ? source[named.hop] ?? '' : 'nothing verified', `${named.hop} ${named.value}`)),
    ...(isMissing ? [miss('missing verified', origin, 'verified', 'not verified')] : []),
  ];
}

function rivalMisses({ source, origin, runs }: ServiceTruth, observed: Observed, miss: MakeMiss): Miss[] {
  if (!runs) return [];
  const all = [...observed.candidates, ...observed.claimed];
  return (source.rivals ?? []).filter((rival) => !all.some((named) => named.value === rival)).map((rival) => miss('rival not shown', origin, rival, all.map((named) => named.value).join(' ') || 'nothing'));
}

const isImage = (found: readonly string[], running: readonly string[]): boolean => found.length > 0 && found.every((digest) => running.includes(digest));

function shown(observed: Observed, hop: string): string {
  const candidates = observed.candidates.filter((named) => named.hop === hop).map((named) => `candidate ${named.value} by ${named.method}`);
  return candidates.join(', ') || 'nothing';
}
