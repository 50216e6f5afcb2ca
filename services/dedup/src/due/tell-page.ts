import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import { scheduleDue, type DueWork } from '@throughline/persistence';
import type { Unit } from '@throughline/stream';
import { compose } from '../domain/compose.js';
import type { Known } from '../domain/evolve.js';
import type { Asset, Finding } from '../domain/model.js';
import { loadKnown, saveFindings } from '../persistence/finding.repository.js';

/** Work on the findings of an asset, a page a transaction. */
export interface Paged {
  readonly asset: string;
  readonly after: string;
}

export const PAGE = 500;

export interface Page {
  readonly work: DueWork;
  readonly asset: Asset;
  readonly ids: readonly string[];
  readonly change: string;
  readonly clock: Clock;
}

/** Decides about a page of findings, saves and tells those that changed, and leaves the next page to work anew. */
export async function tellPage(unit: Unit, { work, asset, ids, change, clock }: Page, decide: (known: Known) => Finding | undefined): Promise<void> {
  const tenant = tenantId(work.tenantId as string);
  const decided = [...(await loadKnown(unit, ids)).values()].flatMap((known) => {
    const finding = decide(known);
    return finding === undefined ? [] : [{ finding, occurrences: known.occurrences }];
  });
  await saveFindings(unit, decided.map((one) => one.finding));
  for (const { finding, occurrences } of decided) {
    unit.announce({
      topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant,
      value: compose(finding, asset, occurrences, { change, scanId: '', changedAt: clock.now().toISOString() }),
      eventId: derivedId(`${work.kind}|${finding.findingId}`, 'finding.changed', finding.version),
    });
  }
  const last = ids.at(-1);
  if (ids.length < PAGE || last === undefined) return;
  const payload: Paged = { asset: (work.payload as unknown as Paged).asset, after: last };
  await scheduleDue(unit, { kind: work.kind, key: work.key, tenantId: tenant, dueAt: clock.now(), payload: { ...payload } });
}
