import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVIDENCE_STATES } from '@throughline/domain';
import { TRANSITIONS } from '../src/domain/evidence.js';
import { scan, startHarness, TENANT, vulnerable, type Harness } from './harness.js';

/** What no code may write is refused by the database, whoever writes it. */
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await harness.apply(scan({ sequence: 1, drafts: [vulnerable('pkg:npm/x@1', ['CVE-2024-1'])] }));
});
afterAll(async () => { await harness.close(); });

const refused = (sql: string) => harness.run((unit) => unit.query(sql)).then(() => 'written', (error: unknown) => constraintOf(error));
function constraintOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const found = (at as { constraint?: string }).constraint ?? /constraint "(\w+)"/.exec(at.message)?.[1];
    if (found !== undefined) return found;
  }
  return String(error);
}
const finding = (set: string) => refused(`update finding set ${set}`);
const occurrence = (set: string) => refused(`update occurrence set ${set}`);
const statuses = (...except: string[]) => EVIDENCE_STATES.filter((status) => !except.includes(status));
const GONE = 'absences = 2, last_seen = now(), gone_sequence = 9';

describe('illegal states of findings', () => {
  it('the table of transitions knows the states that the database knows', async () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...EVIDENCE_STATES].sort());
    expect(await finding("status = 'accepted'")).toBe('finding_status_check');
    expect(await finding("status = 'duplicate'")).toBe('finding_status_check');
  });

  it('open has no regressions, and reopened has', async () => {
    expect(await finding('regressions = 1')).toBe('finding_reopened_counts');
    expect(await finding("status = 'reopened'")).toBe('finding_check');
    expect(await finding('regressions = -1')).toMatch(/regressions/);
    expect(await finding("status = 'reopened', regressions = 1")).toBe('written');
    expect(await finding("status = 'open', regressions = 0")).toBe('written');
  });

  it.each(statuses('open', 'reopened'))('%s awaits no roll-out: it is not open', async (status) => {
    expect(await finding(`status = '${status}', awaits_roll_out = true`)).toBe('finding_roll_out_is_open');
  });

  it('what only branches show neither runs nor is absent from what runs', async () => {
    expect(await finding('on_default = false, awaits_roll_out = true')).toBe('finding_branches_do_not_run');
    expect(await finding("on_default = false, absent_in = '{image:r.example/pay@v1}'")).toBe('finding_branches_do_not_run');
  });

  it('every state has a reason, and every row a version', async () => {
    for (const status of EVIDENCE_STATES) expect(await finding(`status = '${status}', regressions = 1, status_reason = ''`)).toMatch(/finding_has_reason|finding_reopened_counts/);
    expect(await finding('version = 0')).toMatch(/version/);
  });

  it('a strong key belongs to one finding', async () => {
    expect(await refused(`insert into identity_key (tenant_id, key, finding_id, kind, recipe) select tenant_id, key, gen_random_uuid(), kind, recipe from identity_key limit 1`)).toBe('identity_key_pkey');
  });
});

describe('illegal states of observations, scans and assets', () => {
  it('present is never missed, gone, or verified; gone is all of it', async () => {
    expect(await occurrence('absences = 1')).toMatch(/occurrence/);
    expect(await occurrence('last_seen = now()')).toMatch(/occurrence/);
    expect(await occurrence('gone_sequence = 9')).toMatch(/occurrence_gone_is_absent/);
    expect(await occurrence('absences = 1, last_seen = now()')).toBe('occurrence_gone_is_absent');
    expect(await occurrence('verified = true')).toBe('occurrence_verified_is_absent');
    expect(await occurrence('absences = -1, last_seen = now(), gone_sequence = 9')).toMatch(/absences/);
    expect(await occurrence(GONE.replace('9', '0'))).toBe('occurrence_run_in_order');
    expect(await occurrence(`${GONE}, verified = true`)).toBe('written');
  });

  it('a scan that is compared is complete, and one that is complete has its counts', async () => {
    expect(await refused('update scan set counts = null')).toBe('scan_completed_is_told');
    expect(await refused('update scan set completed_at = null')).toBe('scan_completed_is_told');
    expect(await refused("update scan set state = 'open'")).toMatch(/scan_completed_is_told|scan_applied_is_completed/);
    expect(await refused('update scan set marker = null')).toBe('scan_applied_is_completed');
    expect(await refused('update scope set previous_at = now()')).toBe('scope_previous_is_whole');
  });

  it('no asset is its own new name; an answer of a rescan has its time', async () => {
    expect(await refused('update asset set moved_to = urn')).toMatch(/asset.*check/);
    const request = (columns: string, values: string) => refused(`insert into rescan_request (tenant_id, finding_id, scope_id, asset_id, requested_at, requested_by, reason${columns})
      select '${TENANT}', finding_id, gen_random_uuid(), asset_id, now(), 'ada', ''${values} from finding`);
    expect(await request(', outcome', ", 'gone'")).toMatch(/rescan_request_check/);
    expect(await request(', answered_at', ', now()')).toMatch(/rescan_request_check/);
    expect(await request(', scan_id', ', gen_random_uuid()')).toMatch(/rescan_request_check/);
    expect(await request(', answered_at, outcome', ", now(), 'fixed'")).toBe('rescan_request_outcome_check');
  });
});
