import type { FindingChanged } from '@throughline/contracts';
import { isUuid, tenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, reject, skip, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { announceScored } from '../application/announce-scored.js';
import { DUE } from '../application/due-kinds.js';
import { judgeBatch, type JudgeTools, type Subject } from '../application/judge-batch.js';
import { lockFindings, lockVersions, shareContexts } from '../persistence/finding.repository.js';
import { addTenants, startIntelCursor } from '../persistence/intel.repository.js';
import { saveMerged } from '../persistence/merged.repository.js';
import { countApplied } from '../persistence/scan-ledger.repository.js';

type Records = readonly StreamRecord<FindingChanged>[];

/**
 * Scores new states of findings. Every readable record counts for its scan, also an older or repeated one: a scan is
 * scored when as many of its changes were looked at as dedup made.
 */
export class FindingChangedHandler {
  readonly #tenants = new Set<string>();
  constructor(private readonly tools: JudgeTools) {}

  async handle(records: Records, unit: Unit): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = records.map((record) => (isReadable(record.value) ? done : reject('invalid_finding', 'ids of a finding are UUIDs')));
    const readable = records.filter((_, index) => outcomes[index] === done);
    if (readable.length === 0) return outcomes;
    await shareContexts(unit, readable.map((record) => record.value));
    await this.#welcomeTenants(unit, readable);
    const newest = newestByFinding(readable);
    const versions = await lockVersions(unit, [...newest.values()].map((record) => record.value));
    const newer = [...newest.values()].filter(({ value }) => value.version > (versions.get(value.findingId) ?? 0));
    const stored = await lockFindings(unit, newer.map((record) => record.value).filter((finding) => versions.has(finding.findingId)));
    const several = readable.length > newest.size ? Map.groupBy(readable.map((record) => record.value), (one) => one.findingId) : undefined;
    const subjects: Subject[] = newer.map(({ value }) => ({
      finding: value, stored: stored.get(value.findingId) ?? null, scanId: value.scanId, earlier: earlierThan(value, several?.get(value.findingId) ?? [], versions.get(value.findingId) ?? 0),
    }));
    await this.#followMerges(unit, subjects);
    await judgeBatch(unit, subjects, 'finding', this.tools);
    await this.#countScans(unit, readable);
    const applied = new Set(newer);
    return records.map((record, index) => (outcomes[index] !== done || applied.has(record) ? outcomes[index] ?? done : skip('not newer than the stored version')));
  }

  /** Decisions and clocks follow a merge, and go back when it is undone; the other finding's own record may be anywhere. */
  async #followMerges(unit: Unit, subjects: readonly Subject[]): Promise<void> {
    const moved = subjects.filter(({ finding, stored }) => finding.mergedInto !== (stored?.finding.mergedInto ?? '') && (finding.mergedInto === '' || isUuid(finding.mergedInto)));
    const concerned = await saveMerged(unit, moved.map(({ finding }) => ({ tenantId: finding.tenantId, mergedId: finding.findingId, intoId: finding.mergedInto })));
    const dueAt = this.tools.clock.now();
    await scheduleDue(unit, ...concerned.map((one) => ({ kind: DUE.rejoinMerged, key: one.findingId, tenantId: tenantId(one.tenantId), dueAt })));
  }

  async #countScans(unit: Unit, records: Records): Promise<void> {
    const now = this.tools.clock.now().toISOString();
    const byScan = Map.groupBy(records.filter((record) => isUuid(record.value.scanId)), (record) => record.value.scanId);
    const counts = [...byScan.values()].map((group) => ({ tenantId: group[0]?.value.tenantId ?? '', scanId: group[0]?.value.scanId ?? '', applied: group.length }));
    announceScored(unit, await countApplied(unit, counts, now), now);
  }

  /** A tenant's first finding starts its cursor in the intel and its SLA clock; remembered so that later batches ask nothing. */
  async #welcomeTenants(unit: Unit, records: Records): Promise<void> {
    const unknown = [...new Set(records.map((record) => record.value.tenantId))].filter((tenant) => !this.#tenants.has(tenant));
    if (unknown.length === 0) return;
    const added = await addTenants(unit, unknown);
    for (const tenant of added) await startIntelCursor(unit, tenant);
    await scheduleDue(unit, ...added.flatMap((tenant) => [DUE.slaSteps, DUE.sweep].map((kind) => ({ kind, key: tenant, tenantId: tenantId(tenant), dueAt: this.tools.clock.now() }))));
    // Remembered only when another unit committed it: this one may still roll back.
    for (const tenant of unknown) if (!added.includes(tenant)) this.#tenants.add(tenant);
  }
}

function isReadable(finding: FindingChanged): boolean {
  return isUuid(finding.tenantId) && isUuid(finding.findingId) && isUuid(finding.issueId)
    && Number.isFinite(Date.parse(finding.firstSeen)) && Number.isFinite(Date.parse(finding.lastSeen));
}

/** The last of the highest version: ON CONFLICT cannot touch a row twice, and records are whole states. */
function newestByFinding(records: Records): ReadonlyMap<string, StreamRecord<FindingChanged>> {
  const newest = new Map<string, StreamRecord<FindingChanged>>();
  for (const record of records) {
    const known = newest.get(record.value.findingId);
    if (known === undefined || record.value.version >= known.value.version) newest.set(record.value.findingId, record);
  }
  return newest;
}

/** Records of the same finding between the stored version and this one; nearly always none. */
function earlierThan({ version }: FindingChanged, ofIt: readonly FindingChanged[], stored: number): readonly FindingChanged[] {
  const between = ofIt.filter((one) => one.version > stored && one.version < version).sort((a, b) => a.version - b.version);
  return [...new Map(between.map((one) => [one.version, one])).values()];
}
