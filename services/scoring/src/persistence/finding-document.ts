import type { CodeLocation, Component, Factor, FindingChanged } from '@throughline/contracts';
import type { Band, Tristate } from '@throughline/domain';
import type { StoredJudgement } from '../application/stored-judgement.js';
import type { FormulaInputs } from '../domain/formula.js';
import type { SlaState } from '../domain/sla.js';
import type { Ssvc } from '../domain/ssvc.js';
import { clean } from './sql-arrays.js';

/**
 * How a row keeps what is not a column. Documents leave out what is empty and what a column holds: half the bytes to
 * write, log and read, and most rows stay below the size at which Postgres begins to compress and move them out of line.
 */
export type FindingDocument = Partial<FindingChanged>;

export interface JudgementDocument {
  readonly formula: string;
  /** Name, value, source, observedAt, contribution; in the order of the formula that made them. */
  readonly factors: readonly (readonly [string, string, string, string, number])[];
  readonly inputs: FormulaInputs;
  readonly ssvc: Ssvc | null;
  readonly fix: { readonly key: string; readonly kind: string; readonly title: string; readonly detail: string };
  readonly sla: Partial<SlaState>;
  readonly exception?: string;
  readonly owner?: string;
}

/** The columns that a document is completed from. */
export const DOCUMENT_COLUMNS = `f.tenant_id, f.finding_id, f.finding_version, f.issue_id, f.class, f.title, f.asset, f.tools, f.identifiers, f.finding, f.judgement, f.chain_version, f.fix_id, f.status, f.decision, f.band, f.score, f.application, f.service, f.repository, f.team, f.environment,
  f.deployed, f.exposed, f.exposure, f.reachable, f.baseline`;

/** Columns that hold fields of the record as they are. */
export interface FindingColumns {
  readonly tenant_id: string;
  readonly finding_id: string;
  readonly finding_version: string;
  readonly issue_id: string;
  readonly class: string;
  readonly title: string;
  readonly status: string;
  readonly asset: string;
  readonly tools: readonly string[];
  readonly identifiers: readonly string[];
}

export interface DocumentRow extends FindingColumns {
  readonly finding: FindingDocument;
  readonly judgement: JudgementDocument;
  readonly chain_version: string;
  readonly fix_id: string;
  readonly decision: string;
  readonly band: Band;
  readonly score: number;
  readonly application: string;
  readonly service: string;
  readonly repository: string;
  readonly team: string;
  readonly environment: string;
  readonly deployed: Tristate;
  readonly exposed: Tristate;
  readonly exposure: string;
  readonly reachable: Tristate;
  readonly baseline: boolean;
}

const EMPTY_LOCATION: CodeLocation = { path: '', startLine: 0, endLine: 0, startColumn: 0, endColumn: 0, snippet: '', symbol: '', url: '', method: '', parameter: '', resource: '' };
const EMPTY_COMPONENT: Component = { purl: '', name: '', version: '', ecosystem: '', fixedVersions: [], dependencyPath: [], filePath: '', layer: '' };
/** Every field: a required one may be empty too. */
const EMPTY_FINDING: FindingChanged = {
  tenantId: '', findingId: '', version: 0, issueId: '', class: '', title: '', status: '', statusSince: '', severity: { original: '', normalized: 'unknown', rule: '' }, asset: '',
  firstSeen: '', lastSeen: '', scanId: '', change: '', changedBy: '', changeReason: '', changedAt: '',
  description: '', statusReason: '', regressions: 0, cvss: [], identifiers: [], weaknesses: [], component: null, location: null, locations: [], codeFlow: [], secret: null, rules: [], tools: [],
  suppressions: [], references: [], remediation: '', reachability: '', versionUrn: '', line: '', defaultLine: false, path: '', application: '', service: '', repository: '', environment: '',
  scopes: [], baseline: false, flags: [], absentIn: [], mergedInto: '', splitFrom: '',
};
const EMPTY_SLA: SlaState = { start: '', termDays: null, policyDue: '', pausedSince: '', pausedMs: 0, dueAt: '', step: 'none', reason: '', nextStepAt: '' };

export function packFinding(finding: FindingChanged): FindingDocument {
  // Fields that a column holds; a title with NUL, which a column cannot, stays in the document.
  const { tenantId: _t, findingId: _f, version: _v, issueId: _i, class: _c, status: _s, asset: _a, tools: _o, identifiers: _n, locations, ...rest } = finding;
  const { title, ...others } = slim(rest);
  return {
    ...others, ...(title !== undefined && clean(title) !== title && { title }),
    ...(finding.component && { component: slim(finding.component) as Component }), ...(finding.location && { location: slim(finding.location) as CodeLocation }),
    // Most findings are at one place, which is the location itself.
    ...(!onlyPlace(finding) && { locations: locations.map((place) => slim(place) as CodeLocation) }),
  };
}

export function unpackFinding({ finding: document, ...row }: FindingColumns & { readonly finding: FindingDocument }): FindingChanged {
  const location = document.location ? { ...EMPTY_LOCATION, ...document.location } : null;
  return {
    ...EMPTY_FINDING, tenantId: row.tenant_id, findingId: row.finding_id, version: Number(row.finding_version), issueId: row.issue_id, class: row.class, title: row.title,
    status: row.status, asset: row.asset, tools: [...row.tools], identifiers: [...row.identifiers], ...document,
    component: document.component ? { ...EMPTY_COMPONENT, ...document.component } : null, location,
    locations: document.locations?.map((place) => ({ ...EMPTY_LOCATION, ...place })) ?? (location ? [location] : []),
  };
}

function onlyPlace({ location, locations }: FindingChanged): boolean {
  const [first] = locations;
  return locations.length === 1 && first !== undefined && location !== null && (Object.keys(EMPTY_LOCATION) as (keyof CodeLocation)[]).every((name) => first[name] === location[name]);
}

export function packJudgement(judgement: StoredJudgement): JudgementDocument {
  const { key, kind, title, detail } = judgement.fix;
  return {
    formula: judgement.formulaVersion, factors: judgement.factors.map(({ name, value, source, observedAt, contribution }) => [name, value, source, observedAt, contribution] as const),
    inputs: judgement.inputs, ssvc: judgement.ssvc, fix: { key, kind, title, detail }, sla: slim(judgement.sla),
    ...(judgement.exceptionId && { exception: judgement.exceptionId }), ...(judgement.ownerSource && { owner: judgement.ownerSource }),
  };
}

export function unpackJudgement(row: DocumentRow): StoredJudgement {
  const { formula, factors, inputs, ssvc, fix, sla, exception = '', owner = '' } = row.judgement;
  return {
    score: row.score / 100, band: row.band, formulaVersion: formula, factors: factors.map(toFactor), inputs, ssvc, decision: row.decision, exceptionId: exception,
    fix: { id: row.fix_id, ...fix }, sla: { ...EMPTY_SLA, ...sla }, status: row.status, application: row.application, service: row.service, repository: row.repository,
    environment: row.environment, team: row.team, ownerSource: owner, deployed: row.deployed, exposed: row.exposed, exposure: row.exposure, reachable: row.reachable,
    baseline: row.baseline, chainVersion: Number(row.chain_version),
  };
}

function toFactor([name, value, source, observedAt, contribution]: JudgementDocument['factors'][number]): Factor {
  return { name, value, source, observedAt, contribution };
}

/** Without fields that are empty: '', 0, false, null, []. */
function slim<T extends object>(value: T): Partial<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    if (field === '' || field === 0 || field === false || field === null || (Array.isArray(field) && field.length === 0)) continue;
    kept[name] = field;
  }
  return kept as Partial<T>;
}
