import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { deriveAsset, mergeAssetClaims } from '../domain/assets.js';
import type { Asset, AssetClaim } from '../domain/assets.js';
import { canonicalJson } from '../domain/canonical.js';
import { mergeClaims, mergeInventoryFact } from '../domain/claims.js';
import type { LinkClaim } from '../domain/claims.js';
import { deriveLinks } from '../domain/links.js';
import type { Link } from '../domain/links.js';
import { mergeStructural, STRUCTURE_SOURCE } from '../domain/structure.js';
import { ensureNodes, loadAssetClaims, saveAssetClaims, saveAssets, savePastVersions } from '../persistence/assets.repository.js';
import { claimId, groupId, loadClaims, loadClaimsOfGroups, saveClaims } from '../persistence/claims.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import { beliefChange, loadBeliefs, saveBeliefs } from '../persistence/links.repository.js';

export interface FactBatch {
  readonly links: readonly LinkClaim[];
  readonly assets: readonly AssetClaim[];
}

/** What became different: edges that began or ended, nodes whose facts changed. */
export interface Change {
  readonly links: readonly Link[];
  readonly nodes: readonly Urn[];
}

export const NO_CHANGE: Change = { links: [], nodes: [] };

/** A transaction that is silent for seconds, because its process computes, is ended by the server: so work comes in slices. */
const SLICE = 1000;

/** Merges facts into what is stored and writes the difference; facts that say nothing new write nothing. */
export async function applyFacts(unit: Unit, tenant: TenantId, batch: FactBatch, now: Date): Promise<Change> {
  const links: Link[] = [];
  const nodes: Urn[] = [];
  for (const slice of slices(batch.links)) links.push(...await applyLinks(unit, tenant, slice, now));
  for (const slice of slices(batch.assets)) nodes.push(...await applyAssets(unit, tenant, slice, now));
  for (const slice of slices(links)) await ensureNodes(unit, tenant, slice.flatMap((link) => [link.from, link.to]), now.getTime());
  return { links, nodes };
}

const slices = <T>(items: readonly T[]): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / SLICE) }, (_, index) => items.slice(index * SLICE, (index + 1) * SLICE));

async function applyLinks(unit: Unit, tenant: TenantId, facts: readonly LinkClaim[], now: Date): Promise<Link[]> {
  if (facts.length === 0) return [];
  const stored = await loadClaims(unit, tenant, [...new Set(facts.map(claimId))]);
  const merged = new Map<string, LinkClaim>();
  for (const fact of facts) {
    const id = claimId(fact);
    const known = merged.get(id) ?? stored.get(id);
    merged.set(id, known === undefined ? fact : merge(known, fact));
  }
  const changed = [...merged].filter(([id, claim]) => {
    const before = stored.get(id);
    return before === undefined || (before !== claim && canonicalJson(before) !== canonicalJson(claim));
  }).map(([, claim]) => claim);
  if (changed.length === 0) return [];
  await saveClaims(unit, tenant, changed);
  const groups = [...new Set(changed.map(groupId))];
  const beliefs = await loadBeliefs(unit, tenant, groups);
  const change = beliefChange(beliefs, deriveGroups(await loadClaimsOfGroups(unit, tenant, groups)));
  await saveBeliefs(unit, tenant, change, now);
  return [...change.ended.map((belief) => belief.link), ...change.begun];
}

function merge(known: LinkClaim, fact: LinkClaim): LinkClaim {
  if (fact.source === STRUCTURE_SOURCE) return mergeStructural(known, fact);
  return fact.scope === '' ? mergeClaims(known, fact) : mergeInventoryFact(known, fact);
}

function deriveGroups(claims: readonly LinkClaim[]): Link[] {
  const groups = new Map<string, LinkClaim[]>();
  for (const claim of claims) {
    const id = groupId(claim);
    const group = groups.get(id);
    if (group) group.push(claim);
    else groups.set(id, [claim]);
  }
  return [...groups.values()].flatMap(deriveLinks);
}

async function applyAssets(unit: Unit, tenant: TenantId, facts: readonly AssetClaim[], now: Date): Promise<Urn[]> {
  if (facts.length === 0) return [];
  const urns = [...new Set(facts.map((fact) => fact.urn))];
  const claims = new Map((await loadAssetClaims(unit, tenant, urns)).map((claim) => [keyOf(claim), claim]));
  const changed = new Map<string, AssetClaim>();
  const late: AssetClaim[] = [];
  for (const fact of facts) {
    const known = claims.get(keyOf(fact));
    if (known && fact.endedAt === null && fact.observedAt < known.observedAt) late.push(fact);
    const merged = known ? mergeAssetClaims(known, fact) : fact;
    if (known && sameContent(known, merged)) continue;
    claims.set(keyOf(fact), merged);
    changed.set(keyOf(fact), merged);
  }
  const past = await savePastVersions(unit, tenant, late.flatMap((fact) => pastVersion(fact, [...claims.values()])), now);
  if (changed.size === 0) return past;
  await saveAssetClaims(unit, tenant, [...changed.values()]);
  return [...past, ...await saveDerived(unit, tenant, [...new Set([...changed.values()].map((claim) => claim.urn))], [...claims.values()], now)];
}

/** What the node was when a fact that came late was observed: the fact, with what other sources had said by then. */
function pastVersion(fact: AssetClaim, claims: readonly AssetClaim[]): Asset[] {
  const others = claims.filter((claim) => claim.urn === fact.urn && claim.source !== fact.source && claim.observedAt <= fact.observedAt);
  const asset = deriveAsset([...others, fact]);
  return asset ? [{ ...asset, firstSeen: fact.observedAt, lastSeen: fact.observedAt }] : [];
}

async function saveDerived(unit: Unit, tenant: TenantId, urns: readonly Urn[], claims: readonly AssetClaim[], now: Date): Promise<Urn[]> {
  const before = await postgresGraph(unit, tenant, null).assets(urns);
  const byNode = new Map<Urn, AssetClaim[]>();
  for (const claim of claims) byNode.set(claim.urn, [...(byNode.get(claim.urn) ?? []), claim]);
  const derived = urns.flatMap((node): Asset[] => {
    const asset = deriveAsset(byNode.get(node) ?? []);
    const known = before.get(node);
    // a deployment record describes the image that it names: only its origin says that somebody knows it
    const resolved = kindOf(node) === 'image' ? known?.resolved ?? false : true;
    return asset ? [{ ...asset, resolved, firstSeen: Math.min(known?.firstSeen ?? asset.lastSeen, asset.lastSeen) }] : [];
  });
  const different = derived.filter((asset) => !sameAsset(before.get(asset.urn), asset));
  await saveAssets(unit, tenant, different, now);
  return different.map((asset) => asset.urn);
}

const keyOf = (claim: AssetClaim): string => `${claim.urn}\u0001${claim.source}`;

/**
 * An inventory that saw the same again writes nothing: its ledger remembers the look. Of other facts the later time is
 * kept, so that one that arrives late cannot win over it.
 */
const sameContent = (a: AssetClaim, b: AssetClaim): boolean =>
  a === b || (a.scope === b.scope && a.endedAt === b.endedAt && (b.scope !== '' || a.observedAt === b.observedAt) && canonicalJson(a.attributes) === canonicalJson(b.attributes));

const sameAsset = (a: Asset | undefined, b: Asset): boolean =>
  a !== undefined && a.resolved === b.resolved && a.retiredAt === b.retiredAt && canonicalJson(a.attributes) === canonicalJson(b.attributes);
