import type { Factor, FindingChanged, FixRef } from '@throughline/contracts';
import type { Band, Tristate } from '@throughline/domain';
import type { FormulaInputs } from '../domain/formula.js';
import { jsonText } from '../persistence/sql-arrays.js';
import type { Judgement } from '../domain/judge.js';
import type { Ssvc } from '../domain/ssvc.js';
import type { SlaState } from '../domain/sla.js';

/** What is kept of a judgement beside the columns: enough to explain it, to compare with it and to judge anew. */
export interface StoredJudgement {
  readonly score: number;
  readonly band: Band;
  readonly formulaVersion: string;
  readonly factors: readonly Factor[];
  readonly inputs: FormulaInputs;
  readonly ssvc: Ssvc | null;
  readonly decision: string;
  readonly exceptionId: string;
  readonly fix: FixRef;
  readonly sla: SlaState;
  readonly status: string;
  readonly application: string;
  readonly service: string;
  readonly repository: string;
  readonly environment: string;
  readonly team: string;
  readonly ownerSource: string;
  readonly deployed: Tristate;
  readonly exposed: Tristate;
  readonly exposure: string;
  readonly reachable: Tristate;
  readonly baseline: boolean;
  readonly chainVersion: number;
}

export function storedJudgement({ risk, inputs, sla, ssvc, exceptionId }: Judgement): StoredJudgement {
  return {
    score: risk.score, band: risk.band as Band, formulaVersion: risk.formulaVersion, factors: risk.factors, inputs, ssvc,
    decision: risk.decision, exceptionId, fix: risk.fix, sla, status: risk.status,
    application: risk.application, service: risk.service, repository: risk.repository, environment: risk.environment, team: risk.team, ownerSource: risk.ownerSource,
    deployed: risk.deployed as Tristate, exposed: risk.exposed as Tristate, exposure: risk.exposure, reachable: risk.reachable as Tristate,
    baseline: risk.baseline, chainVersion: risk.chainVersion,
  };
}

const COMPARED = [
  'score', 'band', 'formulaVersion', 'decision', 'status', 'application', 'service', 'repository', 'environment', 'team', 'deployed', 'exposure', 'reachable', 'baseline',
] as const satisfies readonly (keyof StoredJudgement)[];

/** Field to [before, after] of what people follow; factors as value changes, so that an EPSS release shows old and new (H3). */
export function changesBetween(before: StoredJudgement, after: StoredJudgement): Readonly<Record<string, readonly [unknown, unknown]>> {
  const fields = COMPARED.filter((name) => before[name] !== after[name]).map((name) => [name, [before[name], after[name]]] as const);
  const old = new Map(before.factors.map((factor) => [factor.name, factor.value]));
  const factors = after.factors.filter((factor) => old.get(factor.name) !== factor.value).map((factor) => [`factor:${factor.name}`, [old.get(factor.name) ?? null, factor.value]] as const);
  const clock = (['dueAt', 'step'] as const).filter((name) => before.sla[name] !== after.sla[name]).map((name) => [name === 'step' ? 'slaStep' : name, [before.sla[name], after.sla[name]]] as const);
  const ssvc = before.ssvc?.decision === after.ssvc?.decision ? [] : [['ssvc', [before.ssvc?.decision ?? null, after.ssvc?.decision ?? null]] as const];
  const fix = before.fix.id === after.fix.id ? [] : [['fixId', [before.fix.id, after.fix.id]] as const];
  const exception = before.exceptionId === after.exceptionId ? [] : [['exceptionId', [before.exceptionId, after.exceptionId]] as const];
  return Object.fromEntries([...fields, ...factors, ...clock, ...ssvc, ...fix, ...exception]);
}

/** All that a risk.changed record tells, without the versions and times that move with every look: equal text, no news. */
export function seenBySubscribers(finding: FindingChanged, judgement: StoredJudgement): string {
  const { sla, chainVersion: _version, inputs: _inputs, factors, ssvc, exceptionId: _exception, ...rest } = judgement;
  return jsonText([
    rest, sla.dueAt, sla.step, ssvc?.decision, factors.map((factor) => [factor.name, factor.value, factor.source, factor.contribution]),
    finding.issueId, finding.class, finding.title, finding.severity.normalized, finding.identifiers, finding.component, finding.location, finding.tools, finding.asset, finding.firstSeen,
  ]);
}
