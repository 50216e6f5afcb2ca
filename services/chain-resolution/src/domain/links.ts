import { kindOf, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { canonicalJson } from './canonical.js';
import { eventStarts } from './claims.js';
import type { Json, LinkClaim } from './claims.js';
import { methodRank } from './method.js';
import { STRUCTURE_SOURCE } from './structure.js';
import { coalesce, overlaps, spansOf } from './timeline.js';
import type { Span } from './timeline.js';

/** What we believe of an edge over one interval of valid time: the best claim, with those that agree beside it. */
export interface Link {
  readonly from: Urn;
  readonly kind: string;
  readonly to: Urn;
  readonly method: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly evidence: Json;
  readonly validFrom: number;
  readonly validTo: number | null;
}

interface Held {
  readonly claim: LinkClaim;
  readonly spans: readonly Span[];
}

/** The links that a complete group of claims (see groupOf) describes: a pure function of the set. */
export function deriveLinks(claims: readonly LinkClaim[]): Link[] {
  const records = claims.filter(isDeployment);
  const held = claims.map((claim): Held => ({
    claim,
    spans: isDeployment(claim) ? deploymentSpans(claim, records) : spansOf(eventStarts(claim), claim.ends),
  }));
  const edges = new Map<string, Held[]>();
  for (const item of held) {
    const key = [item.claim.from, item.claim.kind, item.claim.to, item.claim.variant].join('\u0001');
    edges.set(key, [...(edges.get(key) ?? []), item]);
  }
  return [...edges.values()].flatMap(edgeLinks).sort(byIdentity);
}

const isDeployment = (claim: LinkClaim): boolean =>
  claim.method === 'deployment-record' && claim.kind === 'runs-as' && kindOf(claim.to) === 'service' && kindOf(claim.from) === 'image';

/**
 * A deployment holds until another image of the same name is deployed to the same service and environment. One that
 * failed or was taken down (it has an end of its own) gives way to the one before it, which ran all the while. The name
 * is part of the slot so that a sidecar's record does not end the application's.
 */
function deploymentSpans(claim: LinkClaim, records: readonly LinkClaim[]): Span[] {
  const slot = slotOf(claim);
  const events = records.filter((record) => slotOf(record) === slot).flatMap((record) => [
    ...record.starts.map((at) => ({ at, on: true, image: record.from })),
    ...record.ends.map((at) => ({ at, on: false, image: record.from })),
  ]).sort((a, b) => a.at - b.at || Number(a.on) - Number(b.on));
  let running: { at: number; image: string }[] = [];
  const spans: { from: number; to: number | null }[] = [];
  for (const [index, event] of events.entries()) {
    running = event.on ? [...running.filter((item) => item.image !== event.image), event] : running.filter((item) => item.image !== event.image);
    const next = events[index + 1];
    if (next?.at === event.at) continue;
    const latest = running.at(-1)?.at;
    // two images at one and the same instant: both are shown, none is picked
    if (running.some((item) => item.at === latest && item.image === claim.from)) spans.push({ from: event.at, to: next?.at ?? null });
  }
  return coalesce(spans);
}

const slotOf = (claim: LinkClaim): string => `${claim.variant}|${urnRest(claim.from).split('@')[0] ?? ''}`;

function edgeLinks(held: readonly Held[]): Link[] {
  return coalesce(held.flatMap((item) => item.spans)).map((span) => {
    const claims = held.filter((item) => item.spans.some((own) => overlaps(own, span))).map((item) => item.claim).sort(strongestFirst);
    const [best, ...rest] = claims as [LinkClaim, ...LinkClaim[]];
    return {
      from: best.from, kind: best.kind, to: best.to, method: best.method, verified: best.verified, confidence: best.confidence,
      evidence: withWitnesses(best, rest), validFrom: span.from, validTo: span.to,
    };
  });
}

function withWitnesses(best: LinkClaim, rest: readonly LinkClaim[]): Json {
  const others = rest.map((claim) => ({ method: claim.method, source: claim.source }));
  return { ...best.evidence, source: best.evidence['source'] ?? best.source, ...(others.length ? { alsoBy: others } : {}) };
}

function strongestFirst(a: LinkClaim, b: LinkClaim): number {
  // what follows from a name says less than a source that says it, too (the branch of a commit)
  return methodRank(a.method, a.verified) - methodRank(b.method, b.verified) || Number(a.source === STRUCTURE_SOURCE) - Number(b.source === STRUCTURE_SOURCE)
    || b.confidence - a.confidence || b.contentAt - a.contentAt || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);
}

function byIdentity(a: Link, b: Link): number {
  const left = canonicalJson([a.from, a.kind, a.to, a.validFrom, a.evidence]);
  const right = canonicalJson([b.from, b.kind, b.to, b.validFrom, b.evidence]);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Equality of belief; recorded time is no part of it. */
export const sameLink = (a: Link, b: Link): boolean => canonicalJson(a) === canonicalJson(b);
