import { derivedId, TOPICS } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { auditMessage, systemCaller } from '@throughline/service-kit';
import { provenance, type AliasEdge } from '../domain/aliases/alias-sets.js';
import type { Part, Past } from '../domain/aliases/divide.js';
import { planKeys } from '../domain/aliases/keys.js';
import type { MergedByAlias, Settled, SettledFinding } from '../domain/aliases/settle.js';
import { compose } from '../domain/compose.js';
import type { Known } from '../domain/evolve.js';
import type { Asset } from '../domain/model.js';
import { ALIAS_JOIN } from '../domain/resolve.js';
import { assignKeys, dropKeys, loadKeyRows, moveJoins, saveMerges, takeMerges, undoJoins, undoMerges, type ExplainedMerge, type NewMerge } from '../persistence/alias-merge.repository.js';
import { moveOccurrences } from '../persistence/correction.repository.js';
import { saveFindings } from '../persistence/finding.repository.js';
import { saveJoins } from '../persistence/join.repository.js';

export interface Saving {
  readonly tenant: TenantId;
  readonly asset: Asset;
  /** As they were loaded. */
  readonly findings: readonly Known[];
  readonly settled: Settled;
  readonly past: Past;
  readonly merges: readonly ExplainedMerge[];
  /** Edges that hold among the ids of these findings. */
  readonly edges: readonly AliasEdge[];
  readonly at: Date;
  readonly newId: () => string;
}

/** Writes what aliases decided, tells it to readers, and accounts for each merge and split in the audit log. */
export async function saveSettled(unit: Unit, saving: Saving): Promise<void> {
  await saveKeysAndFindings(unit, saving);
  await saveMoves(unit, saving);
  await saveReasons(unit, saving);
  for (const one of saving.settled.told) tell(unit, saving, one);
}

async function saveKeysAndFindings(unit: Unit, { tenant, findings, settled }: Saving): Promise<void> {
  const all = [...settled.told, ...settled.silent];
  const rows = await loadKeyRows(unit, tenant, [...new Set([...findings.flatMap((one) => one.finding.keys), ...all.flatMap((one) => [...one.block.keys.keys()])])]);
  const { assigned, dropped, keysOf } = planKeys(settled, rows);
  const before = new Map(findings.map((one) => [one.finding.findingId, one.finding.keys]));
  const rekeyed = all.map(({ known: { finding } }) => ({ ...finding, keys: keysOf.get(finding.findingId) ?? [] }));
  const told = new Set(settled.told.map((one) => one.known.finding.findingId));
  await saveFindings(unit, rekeyed.filter((one) => told.has(one.findingId) || one.keys.join() !== before.get(one.findingId)?.join()));
  await assignKeys(unit, tenant, assigned);
  await dropKeys(unit, tenant, dropped);
}

async function saveMoves(unit: Unit, { findings, settled }: Saving): Promise<void> {
  const from = new Map(findings.flatMap((one) => one.occurrences.map((occurrence) => [occurrence.id, occurrence.findingId])));
  for (const { known, change } of settled.told) {
    const moved = change === 'retired' ? [] : known.occurrences.filter((one) => from.get(one.id) !== known.finding.findingId);
    const owners = [...new Set(moved.map((one) => from.get(one.id) as string))];
    if (moved.length > 0) await moveOccurrences(unit, owners, known.finding.findingId, moved.map((one) => one.id));
  }
}

async function saveReasons(unit: Unit, saving: Saving): Promise<void> {
  const { settled, past, tenant, at, newId } = saving;
  const freed = await saveSplits(unit, saving);
  const merges = settled.merges.map((merge): NewMerge => ({ mergeId: newId(), tenantId: tenant, intoId: merge.into, mergedId: merge.merged.finding.findingId, subjects: merge.subjects, edges: why(merge, saving) }));
  await saveMerges(unit, merges, at.toISOString());
  await saveJoins(unit, settled.merges.flatMap(({ into, merged }, index) => merged.occurrences.filter((one) => freed.has(one.id) || !past.byAlias.has(one.id)).map((one) => ({
    tenantId: tenant, findingId: into, occurrenceId: one.id, scanId: '', join: ALIAS_JOIN, evidence: textOf(merges[index]?.edges ?? []), at: at.toISOString(),
  }))));
  for (const merge of merges) accountMerge(unit, merge, saving);
  for (const part of settled.splits) accountSplit(unit, part, saving);
}

/** Undoes the joins of what is on its own again, and takes along what stays with it; ids of the former. */
async function saveSplits(unit: Unit, { settled: { splits, rests, heirs }, past, at }: Saving): Promise<ReadonlySet<string>> {
  const freed = new Set<string>();
  if (splits.length === 0) return freed;
  const owners = [...new Set([...splits.map((part) => part.from as string), ...past.merged.keys()])];
  await undoMerges(unit, splits.flatMap((part) => (part.undoes === undefined ? [] : [part.undoes.mergeId])), at.toISOString());
  for (const { known, natives, takes, fresh, from } of [...splits, ...rests]) {
    // A part that joined another finding at once was nobody's in between: its observations go on as joined ones.
    const heir = fresh ? heirs.get(known.finding.findingId) : undefined;
    if (heir === undefined && from !== undefined) for (const one of natives) freed.add(one.id);
    await takeMerges(unit, takes.map((merge) => merge.mergeId), heir ?? known.finding.findingId);
    await moveJoins(unit, known.occurrences.map((one) => one.id).filter((id) => !freed.has(id)), owners, heir ?? known.finding.findingId);
  }
  await undoJoins(unit, [...freed], owners, at.toISOString());
  return freed;
}

/** The edges that lead from an id of the merged finding to one of the other. */
function why({ into, subjects }: MergedByAlias, { settled, edges }: Saving): readonly AliasEdge[] {
  const block = settled.told.find((one) => one.known.finding.findingId === into)?.block;
  const others = [...(block?.keys.values() ?? [])].map((one) => one.subject ?? '').filter((id) => !subjects.includes(id));
  for (const from of subjects) for (const to of others) {
    const way = provenance(edges, from, to);
    if (way.length > 0) return way;
  }
  return [];
}

const textOf = (edges: readonly AliasEdge[]): string => edges.map(({ a, b, source }) => `${a} = ${b} (${source})`).join(', ');
const feedsOf = (edges: readonly AliasEdge[]): string => `feed:${[...new Set(edges.map((edge) => edge.source))].sort().join('+') || 'aliases'}`;

function accountMerge(unit: Unit, { intoId, mergedId, edges }: NewMerge, { tenant, at }: Saving): void {
  unit.announce(auditMessage({ ...systemCaller(tenant), actor: feedsOf(edges) }, 'finding.merged', intoId, { reason: textOf(edges), after: { merged: [mergedId], edges } }, at));
}

function accountSplit(unit: Unit, { from = '', undoes, known }: Part, { tenant, merges, at }: Saving): void {
  const edges = merges.find((merge) => merge.mergeId === undoes?.mergeId)?.edges ?? [];
  const reason = edges.length === 0 ? 'no feed calls their ids one flaw any more' : `no longer holds: ${textOf(edges)}`;
  unit.announce(auditMessage({ ...systemCaller(tenant), actor: feedsOf(edges) }, 'finding.split', from, {
    reason, after: { created: known.finding.findingId, observations: known.occurrences.map((one) => one.id) },
  }, at));
}

const CHANGES = { changed: 'changed', merged: 'merged', retired: 'merged', split: 'split' } as const;

function tell(unit: Unit, { tenant, asset, at }: Saving, { known: { finding, occurrences }, change }: SettledFinding): void {
  unit.announce({
    topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant, value: compose(finding, asset, occurrences, { change: CHANGES[change], scanId: '', changedAt: at.toISOString() }),
    eventId: derivedId(`aliases|${finding.findingId}`, 'finding.changed', finding.version),
  });
}
