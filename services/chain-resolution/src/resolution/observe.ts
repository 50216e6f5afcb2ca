import type { AssetObserved } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import { advisoryLocks } from '@throughline/persistence';
import type { Unit } from '@throughline/persistence';
import type { AssetClaim } from '../domain/assets.js';
import type { LinkClaim } from '../domain/claims.js';
import { holdsRuntime, readFacts } from '../domain/facts.js';
import type { Facts } from '../domain/facts.js';
import type { ImageVerdict } from '../domain/provenance/images.js';
import { claimId } from '../persistence/claims.repository.js';
import { noteInventoryPart } from '../persistence/inventory.repository.js';
import type { Inventory } from '../persistence/inventory.repository.js';
import { takeAttestations } from '../provenance/intake.js';
import { applyFacts } from './apply-facts.js';
import type { Change } from './apply-facts.js';
import { conclude } from './conclude.js';
import { applyInventory } from './inventory.js';

/** One writer a tenant: facts of two sources may meet in any edge, service or context, and contexts must not be judged from halves. */
export const lockTenant = (unit: Unit, tenant: TenantId): Promise<void> => advisoryLocks(unit, [`chain|${tenant}`]);

export interface Observed {
  /** Facts that say nothing we can keep. */
  readonly refused: number;
  readonly refusedAttestations: readonly ImageVerdict[];
}

/**
 * Applies parts of observations of one tenant, in order, and announces what changed by them. Facts are gathered until an
 * inventory becomes whole, since that ends what was said before it and nothing that is said after.
 */
export async function observe(unit: Unit, tenant: TenantId, parts: readonly AssetObserved[], now: Date): Promise<Observed> {
  await lockTenant(unit, tenant);
  const changes: Change[] = [];
  let links: LinkClaim[] = [];
  let assets: AssetClaim[] = [];
  let refused = 0;
  const flush = async (): Promise<void> => {
    if (links.length + assets.length > 0) changes.push(await applyFacts(unit, tenant, { links, assets }, now));
    links = [];
    assets = [];
  };
  for (const part of parts) {
    const facts = factsOf(part);
    refused += facts.refused;
    links.push(...facts.links, ...facts.structural);
    assets.push(...facts.assets);
    const inventory = await noted(unit, tenant, part, facts);
    if (!inventory) continue;
    await flush();
    changes.push(await applyInventory(unit, tenant, inventory, now));
  }
  await flush();
  const attestations = await takeAttestations(unit, tenant, parts, now);
  const { refused: refusedAttestations } = await conclude(unit, tenant, { changes, attestations }, now);
  return { refused, refusedAttestations };
}

function factsOf(part: AssetObserved): Facts {
  const receivedAt = Date.parse(part.receivedAt);
  return readFacts({ source: part.source, scope: part.snapshotScope, receivedAt: Number.isFinite(receivedAt) ? receivedAt : 0, assets: part.assets, links: part.links });
}

async function noted(unit: Unit, tenant: TenantId, part: AssetObserved, facts: Facts): Promise<Inventory | undefined> {
  if (part.snapshotScope === '') return undefined;
  return noteInventoryPart(unit, tenant, {
    source: part.source, scope: part.snapshotScope, sequence: Number(part.sequence), observationId: part.observationId, ordinal: part.ordinal,
    parts: part.parts, complete: part.snapshotComplete, receivedAt: new Date(part.receivedAt), holdsRuntime: holdsRuntime(facts),
    claims: facts.links.map(claimId), nodes: facts.assets.map((claim) => claim.urn),
  });
}
