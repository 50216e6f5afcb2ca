import { derivedId, TOPICS, type FindingChanged, type RiskChanged } from '@throughline/contracts';
import { tenantId, type Clock } from '@throughline/domain';
import type { OutgoingMessage, Unit } from '@throughline/stream';
import { judge, type Judgement } from '../domain/judge.js';
import type { CvssCalculator } from '../domain/severity.js';
import { DEFAULT_POLICIES } from '../domain/policy.js';
import { toldAtFirst, toldBetween } from '../domain/told.js';
import { contextKey, loadContexts } from '../persistence/context.repository.js';
import { loadActivations, loadExceptions } from '../persistence/decision.repository.js';
import { saveFindings, saveHistory, type FindingWrite, type HistoryWrite, type StoredFinding } from '../persistence/finding.repository.js';
import { saveIdentifiers } from '../persistence/identifier.repository.js';
import { kevFeedDate, loadIntel } from '../persistence/intel.repository.js';
import { mergedInto } from '../persistence/merged.repository.js';
import { loadPolicies } from '../persistence/policy.repository.js';
import { changesBetween, seenBySubscribers, storedJudgement } from './stored-judgement.js';

export type Cause = 'finding' | 'chain' | 'intel' | 'decision' | 'time';

/** A finding to judge, with its row where it has one. The caller holds the row's lock and the shared context locks. */
export interface Subject {
  readonly finding: FindingChanged;
  readonly stored: StoredFinding | null;
  /** The scan that caused this, when one did. */
  readonly scanId: string;
  /** Records of it between the stored one and this one, in order: nothing that was told is passed over in its history. */
  readonly earlier?: readonly FindingChanged[];
}

export interface JudgeTools {
  readonly calculate: CvssCalculator;
  readonly clock: Clock;
}

/** Loads what the judgements need in a few statements, judges, saves all rows, announces the risks that changed; returns their number. */
export async function judgeBatch(unit: Unit, subjects: readonly Subject[], cause: Cause, tools: JudgeTools): Promise<number> {
  if (subjects.length === 0) return 0;
  const at = tools.clock.now().toISOString();
  const known = await loadKnown(unit, subjects.map((subject) => subject.finding));
  const writes: FindingWrite[] = [];
  const history: HistoryWrite[] = [];
  const messages: OutgoingMessage[] = [];
  for (const subject of subjects) {
    const judgement = judge(judgeInput(subject, known, at), tools.calculate);
    const outcome = compare(subject, judgement, cause, at);
    writes.push(outcome.write);
    history.push(...outcome.history);
    if (outcome.changed) messages.push(message(outcome.changed));
  }
  await saveFindings(unit, writes);
  await saveIdentifiers(unit, subjects.filter(idsMoved).map(({ finding, stored }) => ({ ...finding, replaces: stored !== null })));
  await saveHistory(unit, history);
  unit.announce(...messages);
  return messages.length;
}

const idsMoved = ({ finding, stored }: Subject): boolean => stored === null || finding.identifiers.join() !== stored.finding.identifiers.join();

type Known = Awaited<ReturnType<typeof loadKnown>>;

async function loadKnown(unit: Unit, findings: readonly FindingChanged[]) {
  const tenants = [...new Set(findings.map((finding) => finding.tenantId))];
  const advisories = [...new Set(findings.flatMap((finding) => finding.identifiers))];
  const contexts = await loadContexts(unit, findings);
  const intel = await loadIntel(unit, advisories);
  const exceptions = await loadExceptions(unit, tenants);
  const activations = findings.some((finding) => finding.baseline) ? await loadActivations(unit, tenants) : new Map<string, never[]>();
  const policies = await loadPolicies(unit, tenants);
  // Only decisions that name findings ask who took over whom.
  const named = [...exceptions.values()].some((all) => all.some((exception) => exception.scope.findings !== undefined));
  const merged = named ? await mergedInto(unit, tenants, findings.map((finding) => finding.findingId)) : new Map<string, readonly string[]>();
  return { contexts, intel, exceptions, merged, activations, policies, kevFeedDate: await kevFeedDate(unit) };
}

function judgeInput({ finding, stored }: Subject, known: Known, at: string): Parameters<typeof judge>[0] {
  return {
    finding, context: known.contexts.get(contextKey(finding.tenantId, finding.asset)) ?? null,
    intel: finding.identifiers.flatMap((id) => known.intel.get(id) ?? []), kevFeedDate: known.kevFeedDate,
    exceptions: known.exceptions.get(finding.tenantId) ?? [], mergedIds: known.merged.get(finding.findingId) ?? [], activations: known.activations.get(finding.tenantId) ?? [],
    slaPolicy: (known.policies.get(finding.tenantId) ?? DEFAULT_POLICIES).sla, previousSla: stored?.judgement.sla ?? null, at,
  };
}

interface Compared {
  readonly write: FindingWrite;
  readonly history: readonly HistoryWrite[];
  readonly changed?: RiskChanged;
}

/** The row is always written, since it stores the versions that were used; a risk is announced only when its record changed. */
function compare(subject: Subject, judgement: Judgement, cause: Cause, at: string): Compared {
  const { finding, stored, scanId, earlier } = subject;
  const kept = storedJudgement(judgement);
  const changed = stored === null || seenBySubscribers(stored.finding, stored.judgement) !== seenBySubscribers(finding, kept);
  const riskVersion = (stored?.riskVersion ?? 0) + (changed ? 1 : 0);
  const write: FindingWrite = { finding, judgement: kept, hundredths: judgement.hundredths, riskVersion, scanId: scanId || null, at, ...(earlier?.[0] && { firstScanId: earlier[0].scanId }) };
  const risks = stored !== null && changed ? { changes: changesBetween(stored.judgement, kept) } : null;
  const history = historyOf(subject, risks, { cause, at, chainVersion: judgement.risk.chainVersion, riskVersion });
  if (!changed) return { write, history };
  return { write, history, changed: { ...judgement.risk, version: riskVersion, scanId, cause, changedAt: at } };
}

/** A row for each record that told something, and for the risk when it changed; the last record and the risk share one. */
function historyOf({ finding, stored, earlier = [] }: Subject, risks: Pick<HistoryWrite, 'changes'> | null, common: Pick<HistoryWrite, 'cause' | 'at' | 'chainVersion' | 'riskVersion'>): readonly HistoryWrite[] {
  // Judged again without a record of its own, it told nothing.
  if (stored?.findingVersion === finding.version) return risks === null ? [] : [{ ...keyOf({ ...finding, scanId: '' }), ...common, changes: risks.changes, told: null }];
  const rows: HistoryWrite[] = [];
  let before = stored?.finding;
  for (const record of [...earlier, finding]) {
    const told = before === undefined ? toldAtFirst(record) : toldBetween(before, record);
    const own = record === finding ? { riskVersion: common.riskVersion, changes: risks?.changes ?? {} } : { riskVersion: stored?.riskVersion ?? 1, changes: {} };
    if (told !== undefined || (record === finding && risks !== null)) rows.push({ ...keyOf(record), ...common, ...own, told: told ?? null });
    before = record;
  }
  return rows;
}

const keyOf = ({ tenantId: tenant, findingId, version, scanId }: FindingChanged): Pick<HistoryWrite, 'tenantId' | 'findingId' | 'findingVersion' | 'scanId'> => ({ tenantId: tenant, findingId, findingVersion: version, scanId: scanId || null });

function message(risk: RiskChanged): OutgoingMessage {
  return {
    topic: TOPICS.riskChanged, key: [risk.tenantId, risk.findingId], value: risk, tenantId: tenantId(risk.tenantId),
    eventId: derivedId(risk.findingId, 'risk.changed', risk.version), headers: { team: risk.team, band: risk.band },
  };
}
