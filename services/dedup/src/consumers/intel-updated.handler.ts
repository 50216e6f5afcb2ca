import type { IntelUpdated } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { aliasSets } from '../domain/aliases/alias-sets.js';
import { changedIds, edgeChanges } from '../domain/aliases/feed.js';
import { SETTLE_ALIASES } from '../due/settle-aliases.js';
import { countContradictions } from '../metrics.js';
import { knownTenants } from '../persistence/alias-cursor.repository.js';
import { edgesOfRecords, edgesReached, lockAliases, saveEdges, saveSets, storedSets } from '../persistence/alias.repository.js';

/**
 * Keeps which ids name one flaw. Findings follow by one piece of due work a tenant, which goes after the sequence of
 * changes: the first load of a feed changes some hundred thousand ids.
 */
export async function handleIntelUpdated(records: readonly StreamRecord<IntelUpdated>[], unit: Unit, clock: Clock): Promise<Outcome> {
  // Other feeds say nothing of names; without an alias and without a row there is nothing to say either.
  const said = records.map((record) => record.value).filter((value) => value.source !== 'epss' && value.source !== 'kev');
  if (said.length === 0) return done;
  await lockAliases(unit);
  const changes = edgeChanges(said, await edgesOfRecords(unit, said));
  if (changes.length === 0) return done;
  const now = clock.now();
  await saveEdges(unit, changes, now.toISOString());
  if (!(await moveSets(unit, [...new Set(changes.flatMap(({ a, b }) => [a, b]))]))) return done;
  await scheduleDue(unit, ...(await knownTenants(unit)).map((tenant) => ({ kind: SETTLE_ALIASES, key: tenant, tenantId: tenantId(tenant), dueAt: now })));
  return done;
}

/** Computes anew the sets that these ids are or were in; true when one is another than before. */
async function moveSets(unit: Unit, ids: readonly string[]): Promise<boolean> {
  const edges = await edgesReached(unit, ids);
  const reached = [...new Set([...ids, ...edges.flatMap(({ a, b }) => [a, b])])];
  const { sets, refused } = aliasSets(edges);
  countContradictions(refused.length);
  const moved = changedIds(reached, await storedSets(unit, reached), sets);
  await saveSets(unit, moved.map((advisory) => ({ advisory, canonical: sets.get(advisory)?.[0] ?? advisory })));
  return moved.length > 0;
}
