import type { Unit } from '@throughline/stream';
import type { FindingView } from '../persistence/finding-query.repository.js';
import { deciderBefore, exceptionDeciders, type Decider, type HistoryView } from '../persistence/history-query.repository.js';

/** Who stood behind the entries that a decision caused: of an exception, an activation or a policy. */
export async function decidersOf(unit: Unit, view: FindingView, entries: readonly HistoryView[]): Promise<ReadonlyMap<HistoryView, Decider>> {
  const decided = entries.filter((entry) => entry.cause === 'decision');
  const tenant = view.finding.tenantId;
  const exceptions = await exceptionDeciders(unit, tenant, [...new Set(decided.flatMap(exceptionIds))]);
  const found = new Map<HistoryView, Decider>();
  for (const entry of decided) {
    const decider = exceptionIds(entry).length > 0 ? ofException(entry, exceptions) : await deciderBefore(unit, tenant, entry.changes['baseline'] ? 'activation' : 'policy', entry.at, namesOf(view));
    if (decider) found.set(entry, decider);
  }
  return found;
}

const exceptionIds = ({ changes }: HistoryView): readonly string[] => (changes['exceptionId'] ?? []).map(String).filter((id) => id !== '');

function ofException({ changes }: HistoryView, known: Awaited<ReturnType<typeof exceptionDeciders>>): Decider | undefined {
  const [before, after] = changes['exceptionId'] ?? [];
  return after ? known.get(String(after))?.began : known.get(String(before))?.ended ?? undefined;
}

function namesOf({ judgement: { repository, team, application } }: FindingView): readonly (readonly [string, string])[] {
  const named: readonly (readonly [string, string])[] = [['repository', repository], ['team', team], ['application', application]];
  return named.filter(([, name]) => name !== '');
}
