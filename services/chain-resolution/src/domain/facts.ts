import { isOneOf, kindOf, LINK_KINDS, parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { clampFuture, isRecord } from './assets.js';
import type { AssetClaim } from './assets.js';
import { claimOf } from './claims.js';
import type { Json, LinkClaim } from './claims.js';
import { structuralClaims } from './structure.js';

/** A part of an observation as it came over the topic (the fields of AssetObserved that decide). */
export interface ObservedPart {
  readonly source: string;
  readonly scope: string;
  readonly receivedAt: number;
  readonly assets: readonly { readonly urn: string; readonly attributes: string; readonly observedAt: string }[];
  readonly links: readonly {
    readonly from: string; readonly to: string; readonly kind: string; readonly method: string; readonly evidence: string;
    readonly confidence: number; readonly verified: boolean; readonly validFrom: string; readonly validTo: string; readonly observedAt: string;
  }[];
}

export interface Facts {
  readonly links: readonly LinkClaim[];
  readonly assets: readonly AssetClaim[];
  /** Edges that follow from the names of nodes; part of no inventory. */
  readonly structural: readonly LinkClaim[];
  /** Facts that say nothing we can keep: no URN, no time, an unknown kind of edge. */
  readonly refused: number;
}

/** An index row holds at most 2704 bytes. */
const MAX_URN_BYTES = 1000;

const MODEL_KINDS: ReadonlySet<string> = new Set(['application', 'environment']);
const RUNTIME_KINDS: ReadonlySet<string> = new Set(['service', 'task', 'task-definition', 'cluster']);

/** The names of our own conclusions; nobody else may speak under them. */
const OWN_SOURCE = /^throughline:/;

/** Reads a part. One unreadable fact costs itself only: its neighbours are applied. */
export function readFacts(given: ObservedPart): Facts {
  const part = OWN_SOURCE.test(given.source) ? { ...given, source: `other:${given.source}` } : given;
  const assets = part.assets.flatMap((fact) => readAsset(fact, part) ?? []);
  const links = part.links.flatMap((fact) => readLink(fact, part) ?? []);
  const since = new Map<Urn, number>();
  const note = (node: Urn, at: number): void => { since.set(node, Math.min(at, since.get(node) ?? at)); };
  for (const claim of assets) note(claim.urn, claim.observedAt);
  for (const claim of links) {
    note(claim.from, claim.starts[0] as number);
    note(claim.to, claim.starts[0] as number);
  }
  return {
    links, assets, structural: [...since].flatMap(([node, at]) => structuralClaims(node, at)),
    refused: part.assets.length + part.links.length - assets.length - links.length,
  };
}

/** Whether the part tells of what runs: an inventory of such a scope says what does not. */
export const holdsRuntime = (facts: Facts): boolean =>
  facts.assets.some((claim) => RUNTIME_KINDS.has(kindOf(claim.urn))) || facts.links.some((claim) => RUNTIME_KINDS.has(kindOf(claim.to)) && claim.kind !== 'owned-by');

function readAsset(fact: ObservedPart['assets'][number], part: ObservedPart): AssetClaim | undefined {
  const node = readUrn(fact.urn);
  const observed = readTime(fact.observedAt, part.receivedAt);
  if (!node || !observed) return undefined;
  const attributes = { ...readJson(fact.attributes), ...(observed.skewed ? { clockSkew: true } : {}) };
  return { urn: node, source: part.source, scope: part.scope, attributes, observedAt: observed.at, endedAt: null };
}

function readLink(fact: ObservedPart['links'][number], part: ObservedPart): LinkClaim | undefined {
  const from = readUrn(fact.from);
  const to = readUrn(fact.to);
  const observed = readTime(fact.observedAt, part.receivedAt);
  const validFrom = readTime(fact.validFrom || fact.observedAt, part.receivedAt);
  const validTo = fact.validTo === '' ? null : readTime(fact.validTo, part.receivedAt);
  if (!from || !to || !observed || !validFrom || validTo === undefined || !isOneOf(LINK_KINDS, fact.kind)) return undefined;
  const skewed = observed.skewed || validFrom.skewed;
  // things are members of what is no thing: both words are used for it
  const kind = fact.kind === 'part-of' && MODEL_KINDS.has(kindOf(to)) ? 'member-of' : fact.kind;
  return claimOf({
    from, to, kind, method: fact.method.slice(0, 64), evidence: { ...readJson(fact.evidence), ...(skewed ? { clockSkew: true } : {}) },
    // no source can say that a thing is verified: that is checked here, from the attestation itself
    confidence: fact.confidence, verified: false, validFrom: validFrom.at, validTo: validTo === null ? null : validTo.at, observedAt: observed.at,
  }, { source: part.source, scope: part.scope });
}

function readUrn(text: string): Urn | undefined {
  const parsed = parseUrn(text);
  return parsed !== undefined && Buffer.byteLength(parsed) <= MAX_URN_BYTES ? parsed : undefined;
}

function readTime(text: string, receivedAt: number): { at: number; skewed: boolean } | undefined {
  const at = Date.parse(text);
  return Number.isFinite(at) && at >= 0 ? clampFuture(at, receivedAt) : undefined;
}

/** Attributes are kept as they came, but for what the database or a prototype could not bear. */
function readJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text.replaceAll('\\u0000', ''), (key, item: unknown) => (key === '__proto__' ? undefined : item));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
