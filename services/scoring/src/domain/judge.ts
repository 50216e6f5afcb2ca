import { BANDS, EVIDENCE_STATES, exposedOf, isOneOf, type Band, type Decision, type EvidenceState, type Tristate } from '@throughline/domain';
import { derivedId, type ChainChanged, type Factor, type FindingChanged, type RiskChanged } from '@throughline/contracts';
import { judgeContext, type JudgedContext } from './context.js';
import { decisionOf, type ExceptionInForce } from './exception.js';
import { fixOf, packageOf } from './fix.js';
import { evaluate, FACTOR_NAMES, FORMULA_VERSION, type FactorName, type FormulaInputs, type Reachability, type Scored } from './formula.js';
import { judgeLikelihood, type Intel, type JudgedLikelihood } from './likelihood.js';
import { judgeSeverity, type CvssCalculator, type JudgedSeverity } from './severity.js';
import { slaOf, type SlaPolicy, type SlaState } from './sla.js';
import { ssvcOf, type Ssvc } from './ssvc.js';

/** What ends the baseline of a repository, team or application, and since when. */
export interface Activation {
  readonly kind: 'repository' | 'team' | 'application';
  readonly name: string;
  readonly activatedAt: string;
}

/** Everything a judgement depends on. The score is a function of the first six; `at` decides clocks and decisions only. */
export interface JudgeInput {
  readonly finding: FindingChanged;
  readonly context: ChainChanged | null;
  readonly intel: readonly Intel[];
  readonly kevFeedDate: string;
  readonly exceptions: readonly ExceptionInForce[];
  /** Findings that were merged into this one. */
  readonly mergedIds: readonly string[];
  readonly activations: readonly Activation[];
  readonly slaPolicy: SlaPolicy;
  readonly previousSla: SlaState | null;
  readonly at: string;
}

export type Risk = Omit<RiskChanged, 'version' | 'changedAt' | 'cause' | 'scanId'>;

export interface Judgement {
  readonly risk: Risk;
  readonly hundredths: number;
  readonly inputs: FormulaInputs;
  readonly sla: SlaState;
  /** CISA's decision with its path; null where its tree has no inputs. */
  readonly ssvc: Ssvc | null;
  /** The exception behind the decision; empty when none. */
  readonly exceptionId: string;
}

const REACHABLE: Readonly<Record<Reachability, Tristate>> = { runtime: 'yes', static: 'yes', potential: 'unknown', unknown: 'unknown', unreachable: 'no' };

/** Score, band, explanation, fix, decision and clock of one finding. Pure: the same input gives the same bits. */
export function judge(input: JudgeInput, calculate: CvssCalculator): Judgement {
  const { finding } = input;
  const severity = judgeSeverity(finding.severity, finding.cvss, calculate);
  const likelihood = judgeLikelihood({ class: finding.class, identifiers: finding.identifiers, weaknesses: finding.weaknesses, hasFlow: finding.codeFlow.length > 0, secretType: finding.secret?.type ?? '' }, input.intel, input.kevFeedDate);
  const context = judgeContext(finding, input.context);
  const inputs = formulaInputs(finding, severity, likelihood, context);
  const scored = evaluate(inputs);
  const fixDraft = fixOf({ ...finding, repository: finding.repository });
  const fix = { id: derivedId(finding.tenantId, 'fix', fixDraft.key), ...fixDraft };
  const exception = decisionOf(input.exceptions, exceptionSubject(input, context, fix.id), input.at);
  const activatedAt = activationOf(input.activations, finding.baseline, context);
  const sla = slaOf(input.slaPolicy, slaInput(input, context, likelihood, scored.band, exception?.decision ?? '', activatedAt), input.previousSla);
  const ssvc = likelihood.classLikelihood === null ? ssvcOf(severity.vector, inputs.exploited, inputs.criticality) : null;
  const risk: Risk = {
    tenantId: finding.tenantId, findingId: finding.findingId, issueId: finding.issueId, findingVersion: finding.version, chainVersion: context.version,
    score: scored.hundredths / 100, band: scored.band, formulaVersion: FORMULA_VERSION,
    factors: explain(inputs, scored, severity, likelihood, context, finding),
    ssvc: ssvc?.decision ?? '',
    status: finding.status, decision: exception?.decision ?? '', fix,
    class: finding.class, title: finding.title, severity: finding.severity.normalized, identifiers: finding.identifiers,
    component: finding.component, location: finding.location, tools: finding.tools,
    asset: finding.asset, application: context.application, service: context.service, repository: context.repository, environment: context.environment,
    team: context.owner.team, ownerSource: context.owner.source,
    deployed: context.deployed, exposed: exposedOf(context.exposure), exposure: context.exposure, reachable: REACHABLE[inputs.reachability],
    baseline: activatedAt === null, firstSeen: finding.firstSeen, dueAt: sla.dueAt, slaStep: sla.step, mergedInto: finding.mergedInto,
  };
  return { risk, hundredths: scored.hundredths, inputs, sla, ssvc, exceptionId: exception?.id ?? '' };
}

export function formulaInputs(finding: FindingChanged, severity: JudgedSeverity, likelihood: JudgedLikelihood, context: JudgedContext): FormulaInputs {
  return {
    severity: severity.base, epss: likelihood.epss, classLikelihood: likelihood.classLikelihood, exploited: likelihood.exploited,
    runtimeBound: finding.class !== 'secrets', deployed: context.deployed, exposure: context.exposure,
    reachability: isOneOf(['runtime', 'static', 'potential', 'unreachable'] as const, finding.reachability) ? finding.reachability : 'unknown',
    environment: context.environmentTier, criticality: context.criticality,
  };
}

function explain(inputs: FormulaInputs, scored: Scored, severity: JudgedSeverity, likelihood: JudgedLikelihood, context: JudgedContext, finding: FindingChanged): readonly Factor[] {
  const chain = { source: context.source, observedAt: context.observedAt };
  const secret = 'not applicable: a secret works wherever it was found';
  const notDeployed = inputs.deployed === 'no' ? 'not applicable: not deployed' : '';
  const facts: Readonly<Record<FactorName, Omit<Factor, 'name' | 'contribution'>>> = {
    severity: { value: severity.value, source: severity.source, observedAt: finding.lastSeen },
    likelihood: { value: outranked(inputs) ? `${likelihood.value}: exploitation is proven` : likelihood.value, source: likelihood.source, observedAt: likelihood.observedAt },
    exploited: { value: likelihood.exploitedValue, source: likelihood.exploitedSource, observedAt: likelihood.exploitedAt },
    deployed: { ...chain, value: inputs.runtimeBound ? context.deployedValue : secret, source: context.deployedSource },
    exposed: { ...chain, value: inputs.runtimeBound ? notDeployed || context.exposureValue : secret },
    reachable: { value: inputs.reachability, source: inputs.reachability === 'unknown' ? 'prior: no tool says so' : finding.tools.join(', '), observedAt: inputs.reachability === 'unknown' ? '' : finding.lastSeen },
    environment: { ...chain, value: inputs.runtimeBound ? notDeployed || context.environment || 'unknown' : secret, source: context.environmentSource },
    criticality: { ...chain, value: inputs.criticality, source: inputs.criticality === 'unknown' ? 'prior: no criticality is set' : 'application' },
  };
  return FACTOR_NAMES.map((name, index) => ({ name, ...facts[name], contribution: (scored.contributions[index] ?? 0) / 100 }));
}

const outranked = (inputs: FormulaInputs): boolean => inputs.exploited === 'yes' || inputs.exploited === 'ransomware';

function exceptionSubject({ finding, mergedIds }: JudgeInput, context: JudgedContext, fixId: string): Parameters<typeof decisionOf>[1] {
  return {
    findingId: finding.findingId, mergedIds, issueId: finding.issueId, fixId, identifiers: finding.identifiers, component: packageOf(finding.component?.purl ?? ''),
    asset: finding.asset, repository: context.repository, application: context.application, path: finding.location?.path ?? '',
  };
}

/** When the finding became actionable: '' it always was, a time when its baseline was ended, null when it is one still. */
function activationOf(activations: readonly Activation[], baseline: boolean, context: JudgedContext): string | null {
  if (!baseline) return '';
  const name = { repository: context.repository, team: context.owner.team, application: context.application };
  const times = activations.filter((activation) => activation.name !== '' && name[activation.kind] === activation.name).map((activation) => activation.activatedAt);
  return times.sort()[0] ?? null;
}

function slaInput(input: JudgeInput, context: JudgedContext, likelihood: JudgedLikelihood, band: Band, decision: Decision | '', activatedAt: string | null): Parameters<typeof slaOf>[1] {
  const { finding } = input;
  const status: EvidenceState = isOneOf(EVIDENCE_STATES, finding.status) ? finding.status : 'open';
  return {
    band: isOneOf(BANDS, band) ? band : 'defer', environment: context.environmentTier, exposed: exposedOf(context.exposure), deployed: context.deployed,
    kevDue: likelihood.kevDue, status, decision, baseline: activatedAt === null,
    start: activatedAt !== null && activatedAt > finding.firstSeen ? activatedAt : finding.firstSeen, at: input.at,
  };
}
