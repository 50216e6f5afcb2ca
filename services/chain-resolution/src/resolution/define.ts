import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { claimKey, endClaim, eventStarts } from '../domain/claims.js';
import type { LinkClaim } from '../domain/claims.js';
import { definitionFacts, definitionSource } from '../domain/definitions.js';
import type { DefinitionKind } from '../domain/definitions.js';
import { structuralClaims } from '../domain/structure.js';
import { loadOpenClaims } from '../persistence/claims.repository.js';
import { saveDefinition } from '../persistence/definitions.repository.js';
import type { StoredDefinition } from '../persistence/definitions.repository.js';
import { addAllPending } from '../persistence/judgement.repository.js';
import { applyFacts } from './apply-facts.js';
import { recompute, scheduleRecompute } from './recompute.js';

/** Definitions that are read with every judgement: a change of one may concern anything. */
const MODEL_WIDE: ReadonlySet<DefinitionKind> = new Set(['teams', 'environments', 'ownership-rules']);

/** Stores a definition as a new version, and what it states as facts of its own source: what it no longer states ends. */
export async function define(unit: Unit, tenant: TenantId, definition: StoredDefinition): Promise<void> {
  await saveDefinition(unit, tenant, definition);
  const now = definition.updatedAt;
  const at = now.getTime();
  const facts = definitionFacts(definition, at);
  const stated = new Set(definition.deleted ? [] : facts.links.map(claimKey));
  const before = await loadOpenClaims(unit, tenant, definitionSource(definition.kind, definition.slug));
  const open = new Set(before.map(claimKey));
  const ended = before.filter((claim) => !stated.has(claimKey(claim))).map((claim) => endNow(claim, at));
  // what it stated before and states still goes on: no new fact, so that its validity keeps its start
  const begun = definition.deleted ? [] : facts.links.filter((claim) => !open.has(claimKey(claim)));
  const structural = begun.flatMap((claim) => [...structuralClaims(claim.from, at), ...structuralClaims(claim.to, at)]);
  const assets = facts.assets.map((claim) => (definition.deleted ? { ...claim, attributes: {}, endedAt: at } : claim));
  const change = await applyFacts(unit, tenant, { links: [...ended, ...begun, ...structural], assets }, now);
  await recompute(unit, tenant, change, now);
  if (!MODEL_WIDE.has(definition.kind)) return;
  await addAllPending(unit, tenant);
  await scheduleRecompute(unit, tenant, now);
}

const endNow = (claim: LinkClaim, at: number): LinkClaim => endClaim(claim, Math.max(at, ...eventStarts(claim).map((start) => start + 1)));
