import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { canonicalJson } from '../domain/canonical.js';
import type { LinkClaim } from '../domain/claims.js';
import { deriveLinks } from '../domain/links.js';
import type { Link } from '../domain/links.js';
import { structuralClaims } from '../domain/structure.js';
import { ensureNodes } from '../persistence/assets.repository.js';
import { claimId, deleteClaims, groupId, loadClaimsOfGroups, loadStatedBy, saveClaims } from '../persistence/claims.repository.js';
import type { Speaker } from '../persistence/claims.repository.js';
import { beliefChange, loadBeliefs, saveBeliefs } from '../persistence/links.repository.js';
import { applyFacts } from './apply-facts.js';
import type { Change } from './apply-facts.js';

/**
 * What we conclude ourselves (from attestations, tags, Dockerfiles) is a function of what is stored and of the policy,
 * so it is not merged with what we concluded before: it takes its place. A conclusion that no longer holds was never
 * true; its links end in recorded time, not in valid time.
 */
export async function restate(unit: Unit, tenant: TenantId, speakers: readonly Speaker[], stated: readonly LinkClaim[], now: Date): Promise<Change> {
  const stored = new Map((await loadStatedBy(unit, tenant, speakers)).map((claim) => [claimId(claim), claim]));
  const wanted = new Map(stated.map((claim) => [claimId(claim), claim]));
  const changed = [...wanted].filter(([id, claim]) => canonicalJson(stored.get(id)) !== canonicalJson(claim)).map(([, claim]) => claim);
  const gone = [...stored].filter(([id]) => !wanted.has(id)).map(([, claim]) => claim);
  if (changed.length + gone.length === 0) return { links: [], nodes: [] };
  await saveClaims(unit, tenant, changed);
  await deleteClaims(unit, tenant, gone.map(claimId));
  const links = await believe(unit, tenant, [...new Set([...changed, ...gone].map(groupId))], now);
  await ensureNodes(unit, tenant, links.flatMap((link) => [link.from, link.to]), now.getTime());
  const structural = changed.flatMap((claim) => [claim.from, claim.to].flatMap((node: Urn) => structuralClaims(node, claim.starts[0] ?? 0)));
  const named = await applyFacts(unit, tenant, { links: structural, assets: [] }, now);
  return { links: [...links, ...named.links], nodes: named.nodes };
}

async function believe(unit: Unit, tenant: TenantId, groups: readonly string[], now: Date): Promise<Link[]> {
  const byGroup = Map.groupBy(await loadClaimsOfGroups(unit, tenant, groups), groupId);
  const change = beliefChange(await loadBeliefs(unit, tenant, groups), [...byGroup.values()].flatMap(deriveLinks));
  await saveBeliefs(unit, tenant, change, now);
  return [...change.ended.map((belief) => belief.link), ...change.begun];
}
