import { AvroCodec, TOPICS, type ChainChanged, type FindingChanged, type FindingDraft, type FindingObserved, type ScanCompleted, type ScanHeader, type ScanMarker } from '@throughline/contracts';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import { createDatabase, type Database, type DatabaseUnit, type DueWork } from '@throughline/persistence';
import type { Outcome, OutgoingMessage, StreamRecord } from '@throughline/stream';
import { createDatabase as createTestDatabase, fakeClock, type TestDatabase } from '@throughline/testing';
import { v7 } from 'uuid';
import { handleChainChanged } from '../src/consumers/chain-changed.handler.js';
import { handleObserved } from '../src/consumers/finding-observed.handler.js';
import { DEFAULT_POLICY } from '../src/domain/policy.js';
import { judgeRunning, RERUN } from '../src/due/judge-running.js';
import { REGROUP, regroupIssues } from '../src/due/regroup-issues.js';
import { RETIRE, retireAsset } from '../src/due/retire-asset.js';
import { MOVED, tellMoved } from '../src/due/tell-moved.js';

export const TENANT: string = DEFAULT_TENANT;
export const REPOSITORY = 'repo:github.com/acme/pay';

/** A result of a code scanner, with what a test says otherwise. */
export function draft(over: Partial<FindingDraft> = {}): FindingDraft {
  return {
    ordinal: 0, class: 'sast', title: 'Use of eval', description: '', severity: { original: 'error', normalized: 'high', rule: 'sarif.level' }, cvss: [],
    rule: { tool: 'semgrep', id: 'js.eval', name: '', helpUri: '' }, identifiers: [], weaknesses: ['CWE-95'], component: null, location: at('src/a.js', 10, 'eval(input)'),
    codeFlow: [], fingerprints: {}, secret: null, suppressions: [], references: [], remediation: '', reachability: '', detectedAt: '', attributes: {}, ...over,
  };
}

export function at(path: string, startLine: number, snippet: string, symbol = ''): NonNullable<FindingDraft['location']> {
  return { path, startLine, endLine: startLine, startColumn: 1, endColumn: 2, snippet, symbol, url: '', method: '', parameter: '', resource: '' };
}

/** A known flaw in a package. */
export function vulnerable(purl: string, identifiers: readonly string[], tool = 'trivy', over: Partial<FindingDraft> = {}): FindingDraft {
  const [, version = ''] = purl.split('@');
  return draft({
    class: 'container', title: `${identifiers[0]} in ${purl}`, identifiers, weaknesses: [], location: null, rule: { tool, id: identifiers[0] ?? '', name: '', helpUri: '' },
    component: { purl, name: purl, version, ecosystem: 'npm', fixedVersions: [], dependencyPath: [], filePath: '', layer: '' }, ...over,
  });
}

export interface ScanSpec {
  readonly drafts: readonly FindingDraft[];
  readonly sequence: number;
  readonly scanId?: string;
  readonly asset?: string;
  readonly tool?: string;
  readonly line?: string;
  readonly defaultLine?: boolean;
  readonly version?: string;
  readonly commit?: string;
  readonly base?: string;
  readonly pullRequest?: string;
  readonly coverage?: string;
  readonly quarantined?: number;
  readonly rejected?: string;
  readonly partSize?: number;
}

/** The records of a scan: parts, then the marker. */
export function scan(spec: ScanSpec): readonly FindingObserved[] {
  const header = headerOf(spec);
  const size = spec.partSize ?? 200;
  const parts: FindingObserved[] = [];
  for (let from = 0; from < spec.drafts.length; from += size) {
    parts.push({ header, ordinal: parts.length, drafts: spec.drafts.slice(from, from + size).map((one, index) => ({ ...one, ordinal: from + index })), marker: null });
  }
  const marker: ScanMarker = {
    parts: parts.length, reported: spec.drafts.length + (spec.quarantined ?? 0), observed: spec.drafts.length, quarantined: spec.quarantined ?? 0,
    coverage: spec.coverage ?? 'complete', rejected: spec.rejected ?? '', problems: [],
  };
  return [...parts, { header, ordinal: -1, drafts: [], marker }];
}

function headerOf(spec: ScanSpec): ScanHeader {
  const { asset = REPOSITORY, tool = 'semgrep', line = 'default', defaultLine = line === 'default', version = `commit:${spec.sequence}` } = spec;
  const receivedAt = new Date(Date.UTC(2026, 0, 1) + spec.sequence * 60_000).toISOString();
  return {
    scanId: spec.scanId ?? v7(), tenantId: TENANT, sequence: spec.sequence, tool, toolVersion: '1', format: 'sarif', scope: `${asset}||${tool}||${line}`, receivedAt, scannedAt: receivedAt,
    target: {
      asset, version, line, defaultLine, path: '', category: '', application: 'pay', service: '', repository: 'github.com/acme/pay', branch: line, commit: spec.commit ?? `c${spec.sequence}`,
      image: '', url: '', account: '', environment: '', build: '', pullRequest: spec.pullRequest ?? '', base: spec.base ?? '',
    },
  };
}

export interface Told {
  readonly changed: readonly FindingChanged[];
  readonly completed: readonly ScanCompleted[];
  readonly messages: readonly OutgoingMessage[];
  readonly outcomes: readonly Outcome[];
}

export interface Harness {
  readonly database: Database;
  readonly test: TestDatabase;
  /** Applies records as one batch; `diesAt`: the statement at which the process is gone. */
  apply(records: readonly FindingObserved[], diesAt?: number): Promise<Told>;
  /** Tells that these versions of an asset run since now, and does the due work that follows. */
  deploy(version: number, running: readonly string[], asset?: string): Promise<readonly FindingChanged[]>;
  /** Tells the chain's word on an asset, and does all due work that follows unless that is to wait. */
  chain(version: number, said: Partial<ChainChanged>, working?: boolean): Promise<readonly FindingChanged[]>;
  /** Does due work of the kinds that follow from the chain until none is left. */
  work(): Promise<readonly FindingChanged[]>;
  run<R>(work: (unit: DatabaseUnit) => Promise<R>): Promise<R>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const TABLES = ['asset', 'scope', 'scan', 'scan_part', 'finding', 'identity_key', 'occurrence', 'pending', 'identity_join', 'operator_decision', 'rescan_request', 'outbox', 'due_work'];

/** dedup's handler on a real Postgres; the codec is real, so that every record announced is valid Avro. */
export async function startHarness(absencesToFix = 2): Promise<Harness> {
  const test = await createTestDatabase({ services: ['dedup'] });
  const codec = new AvroCodec({ registry: { idOf: async () => 1, schemaOf: async () => { throw new Error('not needed'); } } as never });
  await codec.prepare([TOPICS.findingChanged, TOPICS.scanCompleted, TOPICS.auditRecorded]);
  const database = await createDatabase({ url: test.urlFor('dedup'), schema: 'dedup', codec, pool: 4 });
  const tenants = [tenantId(TENANT)];
  const clock = fakeClock(new Date('2026-02-01T00:00:00.000Z'));
  const policy = { ...DEFAULT_POLICY, absencesToFix };
  const run = <R>(work: (unit: DatabaseUnit) => Promise<R>): Promise<R> => database.run(tenants, work);
  const kinds: Readonly<Record<string, (work: DueWork, unit: DatabaseUnit) => Promise<unknown>>> = {
    [RERUN]: (due, unit) => judgeRunning(due, unit, clock, policy), [REGROUP]: (due, unit) => regroupIssues(due, unit, clock),
    [RETIRE]: (due, unit) => retireAsset(due, unit, clock, policy), [MOVED]: (due, unit) => tellMoved(due, unit, clock),
  };
  const work = async (): Promise<readonly FindingChanged[]> => {
    const messages: OutgoingMessage[] = [];
    for (let left = true; left;) {
      left = await run(async (unit) => {
        const due = await unit.query<{ kind: string; key: string; payload: Readonly<Record<string, unknown>> }>('delete from due_work where kind = any($1::text[]) returning kind, key, payload', [Object.keys(kinds)]);
        const told = spy(unit, messages, Number.POSITIVE_INFINITY);
        for (const one of due) await kinds[one.kind]?.({ ...one, id: '1', tenantId: tenantId(TENANT), attempt: 1, dueAt: clock.now() } as DueWork, told);
        return due.length > 0;
      });
    }
    return messages.map((one) => one.value as FindingChanged);
  };
  const chain: Harness['chain'] = async (version, said, working = true) => {
    await run((unit) => handleChainChanged([chainRecord(version, said)], unit, clock));
    return working ? work() : [];
  };
  return {
    database, test, run,
    apply: (records, diesAt = Number.POSITIVE_INFINITY) => run(async (unit) => {
      const messages: OutgoingMessage[] = [];
      const told = spy(unit, messages, diesAt);
      const outcomes = await handleObserved(records.map(toRecord), told, { clock, newId: v7, policy });
      return {
        messages, outcomes,
        changed: messages.filter((one) => one.topic === TOPICS.findingChanged).map((one) => one.value as FindingChanged),
        completed: messages.filter((one) => one.topic === TOPICS.scanCompleted).map((one) => one.value as ScanCompleted),
      };
    }),
    deploy: (version, running, asset = REPOSITORY) => chain(version, { asset, ...runningAs(running) }),
    chain, work,
    clear: () => run(async (unit) => { for (const table of TABLES) await unit.query(`delete from ${table}`); }),
    close: async () => { await database.close(); await test.drop(); },
  };
}

function spy(unit: DatabaseUnit, messages: OutgoingMessage[], diesAt: number): DatabaseUnit {
  let statements = 0;
  const query: DatabaseUnit['query'] = async (sql, parameters, options) => {
    if (statements++ === diesAt) throw new Error('killed');
    return unit.query(sql, parameters, options);
  };
  return Object.assign(Object.create(unit) as DatabaseUnit, {
    query,
    announce: (...all: readonly OutgoingMessage[]) => { messages.push(...all); unit.announce(...all); },
  });
}

const runningAs = (running: readonly string[]): Partial<ChainChanged> => ({
  deployed: running.length > 0 ? 'yes' : 'no',
  running: running.map((one) => ({ version: one, service: 'service:pay', environment: 'production', exposure: 'internal', commit: '', confidence: 1 })),
});

function chainRecord(version: number, { asset = REPOSITORY, ...said }: Partial<ChainChanged>): StreamRecord<ChainChanged> {
  const value: ChainChanged = {
    tenantId: TENANT, asset, version, kind: 'repository', lineage: [asset], deployed: 'no', exposure: 'internal', exposurePath: [], environments: [], services: [], running: [],
    applications: [], owners: [], criticality: '', dataClass: '', gaps: [], changedAt: '2026-02-01T00:00:00.000Z', formerly: [], decommissionedAt: '', ...said,
  };
  return { topic: TOPICS.chainChanged, partition: 0, offset: BigInt(version), timestamp: 0, key: `${TENANT}|${asset}`, eventId: `chain|${version}`, tenantId: tenantId(TENANT), headers: {}, value };
}

export function toRecord(value: FindingObserved, index: number): StreamRecord<FindingObserved> {
  return {
    topic: TOPICS.findingObserved, partition: 0, offset: BigInt(index), timestamp: 0, key: `${TENANT}|${value.header.target.asset}`, eventId: `${value.header.scanId}|${value.ordinal}`,
    tenantId: tenantId(TENANT), headers: {}, value,
  };
}
