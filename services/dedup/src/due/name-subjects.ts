import type { Clock } from '@throughline/domain';
import { scheduleDue, type DueOutcome, type DueWork } from '@throughline/persistence';
import { done, skip, type Unit } from '@throughline/stream';
import { storedKeys } from '../domain/stored-keys.js';
import { nameKeys, packageFindingsOf, rewind } from '../persistence/alias-cursor.repository.js';
import { loadKnown } from '../persistence/finding.repository.js';
import { SETTLE_ALIASES } from './settle-aliases.js';

/** Scheduled once, by a migration. */
export const NAME_SUBJECTS = 'alias.subjects';
const PAGE = 500;

/** Notes of which ids older alias keys are made, a page of findings a turn; then all that feeds say is gone through anew. */
export async function nameSubjects(work: DueWork, unit: Unit, clock: Clock): Promise<DueOutcome> {
  const { tenantId: tenant } = work;
  if (tenant === null) return skip('no tenant');
  const { after } = work.payload as { readonly after: string };
  const page = await packageFindingsOf(unit, tenant, after, PAGE);
  const known = [...(await loadKnown(unit, page)).values()];
  await nameKeys(unit, tenant, known.flatMap((one) => storedKeys(one.occurrences, one.finding.class, one.finding.assetId)));
  const last = page.at(-1);
  if (page.length === PAGE && last !== undefined) {
    await scheduleDue(unit, { kind: NAME_SUBJECTS, key: work.key, tenantId: tenant, dueAt: clock.now(), payload: { after: last } });
    return done;
  }
  await rewind(unit, tenant);
  await scheduleDue(unit, { kind: SETTLE_ALIASES, key: tenant, tenantId: tenant, dueAt: clock.now() });
  return done;
}
