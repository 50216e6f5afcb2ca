import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { compose } from '../domain/compose.js';
import type { Corrector } from '../domain/correct.js';
import { perform, type Performance } from '../domain/recluster/index.js';
import { assignKeys } from '../persistence/alias-merge.repository.js';
import { moveKeys, moveOccurrences } from '../persistence/correction.repository.js';
import { saveFindings } from '../persistence/finding.repository.js';
import { saveJoins } from '../persistence/join.repository.js';
import { moveJoins, undoCorrelations } from '../persistence/recluster.repository.js';
import type { Examined } from './examine-page.js';

export interface Applying {
  readonly runId: string;
  readonly tenant: string;
  readonly corrector: Corrector;
  /** Who let it be applied, and why: told with each finding. */
  readonly by: string;
  readonly reason: string;
  readonly newId: () => string;
}

/** Carries out what a re-clustering found, in the unit that holds the asset's lock. */
export async function applyExamined(unit: Unit, { answer, findings }: Examined, applying: Applying): Promise<void> {
  if (answer.splits.length + answer.merges.length + answer.kept.length + answer.claims.length === 0) return;
  const performance = perform(answer, findings, applying.corrector, applying.newId);
  await save(unit, performance, applying);
  for (const one of performance.findings) if (one.change !== 'rekeyed') tell(unit, one, applying);
}

async function save(unit: Unit, { findings, moves, voided, joins, claims }: Performance, { runId, tenant, corrector }: Applying): Promise<void> {
  await saveFindings(unit, findings.map(({ known }) => known.finding));
  for (const { known } of findings) if (known.finding.keys.length > 0) await moveKeys(unit, tenant, known.finding.keys, known.finding.findingId);
  await assignKeys(unit, tenant, claims.flatMap(({ findingId, keys }) => keys.map((one) => ({ findingId, key: one.key, kind: one.kind, recipe: one.recipe, subject: one.subject ?? null }))));
  for (const one of voided) await undoCorrelations(unit, one.findingId, one.occurrenceIds, corrector.at);
  for (const { from, into, occurrenceIds, left } of moves) {
    await moveOccurrences(unit, [from], into, occurrenceIds);
    if (left) await undoCorrelations(unit, from, occurrenceIds, corrector.at);
    await moveJoins(unit, from, into, occurrenceIds);
  }
  await saveJoins(unit, joins.flatMap(({ findingId, occurrenceIds, why }) => occurrenceIds.map((occurrenceId) => ({
    tenantId: tenant, findingId, occurrenceId, scanId: '', join: why, evidence: `re-clustering ${runId}`, at: corrector.at,
  }))));
}

function tell(unit: Unit, { known: { finding, occurrences }, change }: Performance['findings'][number], { runId, corrector, by, reason }: Applying): void {
  const tenant = tenantId(finding.tenantId);
  unit.announce({
    topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant,
    value: compose(finding, corrector.asset, occurrences, { change, scanId: '', changedAt: corrector.at, changedBy: by, changeReason: reason }),
    eventId: derivedId(`${runId}|${finding.findingId}`, 'finding.changed', finding.version),
  });
}
