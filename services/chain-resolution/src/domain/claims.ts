import { kindOf, parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { canonicalJson } from './canonical.js';
import { confidenceOf, verifiedOf } from './method.js';
import { compactStarts, spansOf } from './timeline.js';

export type Json = Readonly<Record<string, unknown>>;

/** What one source said of one edge by one method, over all its facts. Starts and ends are sorted sets of epoch ms. */
export interface LinkClaim {
  readonly from: Urn;
  readonly kind: string;
  readonly to: Urn;
  readonly source: string;
  readonly method: string;
  /** Tells apart what one edge may say several times at once: the environment of a deployment record. */
  readonly variant: string;
  readonly scope: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly evidence: Json;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The last time the source said that it holds; 0: only its start is known (records of events). */
  readonly affirmedAt: number;
  /** Observation time of the content (evidence, confidence): the latest wins. */
  readonly contentAt: number;
}

/** One fact about an edge, as it arrived, with times in epoch ms. */
export interface LinkFactInput {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly method: string;
  readonly evidence: Json;
  readonly confidence: number;
  readonly verified: boolean;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly observedAt: number;
}

export interface FactOrigin {
  readonly source: string;
  /** Scope of the inventory that the fact is part of; empty: none. */
  readonly scope: string;
}

/** Records of events say when something began, never that it still holds: only a later record ends them. */
const EVENT_METHODS: ReadonlySet<string> = new Set(['deployment-record']);

export const claimKey = (claim: Pick<LinkClaim, 'from' | 'kind' | 'to' | 'source' | 'method' | 'variant'>): string =>
  [claim.from, claim.kind, claim.to, claim.source, claim.method, claim.variant].join('\u0001');

/** A claim that holds just this fact; undefined when an end is no URN or the edge is a loop on itself. */
export function claimOf(fact: LinkFactInput, origin: FactOrigin): LinkClaim | undefined {
  const from = parseUrn(fact.from);
  const to = parseUrn(fact.to);
  if (!from || !to || from === to || !Number.isFinite(fact.validFrom)) return undefined;
  const verified = verifiedOf(fact.method, fact.verified);
  const stillHolds = fact.validTo === null && !EVENT_METHODS.has(fact.method);
  return {
    from, kind: fact.kind, to, source: origin.source, method: fact.method, variant: variantOf(fact), scope: origin.scope, verified,
    confidence: confidenceOf(fact.method, verified, fact.confidence), evidence: fact.evidence,
    starts: [fact.validFrom], ends: fact.validTo === null ? [] : [fact.validTo],
    affirmedAt: stillHolds ? Math.max(fact.observedAt, fact.validFrom) : 0, contentAt: fact.observedAt,
  };
}

/** Union of two claims of the same key: commutative, associative, idempotent, so that arrival order cannot matter. */
export function mergeClaims(a: LinkClaim, b: LinkClaim): LinkClaim {
  const content = newer(a, b);
  const ends = union(a.ends, b.ends);
  return {
    ...content, scope: content.scope || a.scope || b.scope, ends,
    starts: compactStarts(union(a.starts, b.starts), ends), affirmedAt: Math.max(a.affirmedAt, b.affirmedAt),
  };
}

/**
 * The same for a fact of an inventory: a repeated inventory is the normal case, so what says nothing new leaves the
 * very same claim (no row is written). The membership of the inventory remembers that the source saw it.
 */
export function mergeInventoryFact(stored: LinkClaim, fact: LinkClaim): LinkClaim {
  const holds = spansOf(eventStarts(stored), stored.ends).some((span) => span.to === null && span.from <= (fact.starts[0] ?? 0));
  const same = stored.verified === fact.verified && stored.confidence === fact.confidence && stored.scope === fact.scope
    && fact.ends.length === 0 && canonicalJson(stored.evidence) === canonicalJson(fact.evidence);
  return holds && same ? stored : mergeClaims(stored, fact);
}

/** Ends the claim at a time, because a complete inventory of its scope no longer holds it. */
export const endClaim = (claim: LinkClaim, at: number): LinkClaim => ({ ...claim, ends: union(claim.ends, [at]) });

/** All times at which the claim says "on". */
export const eventStarts = (claim: LinkClaim): readonly number[] =>
  claim.affirmedAt > 0 ? union(claim.starts, [claim.affirmedAt]) : claim.starts;

export const isOpen = (claim: LinkClaim): boolean => spansOf(eventStarts(claim), claim.ends).at(-1)?.to === null;

/** Claims that must be judged together share a group: deployments of one service supersede each other. */
export function groupOf(edge: Pick<LinkClaim, 'from' | 'kind' | 'to'>): string {
  if (edge.kind === 'runs-as' && kindOf(edge.to) === 'service') return `runs|${edge.to}`;
  return `edge|${edge.from}|${edge.kind}|${edge.to}`;
}

function variantOf(fact: LinkFactInput): string {
  const environment = fact.method === 'deployment-record' && fact.kind === 'runs-as' ? fact.evidence['environment'] : '';
  return typeof environment === 'string' ? environment : '';
}

function newer(a: LinkClaim, b: LinkClaim): LinkClaim {
  if (a.contentAt !== b.contentAt) return a.contentAt > b.contentAt ? a : b;
  if (a.verified !== b.verified) return a.verified ? a : b;
  if (a.confidence !== b.confidence) return a.confidence > b.confidence ? a : b;
  return canonicalJson([a.scope, a.evidence]) >= canonicalJson([b.scope, b.evidence]) ? a : b;
}

const union = (a: readonly number[], b: readonly number[]): number[] => [...new Set([...a, ...b])].sort((x, y) => x - y);
