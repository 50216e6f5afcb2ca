import { BANDS } from '@throughline/domain';
import type { CodeLocation, Component } from '@throughline/contracts';
import { counterfactuals, summary } from '../domain/counterfactual.js';
import { BAND_THRESHOLDS } from '../domain/formula.js';
import type { FindingView, HistoryView } from '../persistence/finding-query.repository.js';

const orNull = (text: string): string | null => (text === '' ? null : text);

/** A finding in a list: exactly the fields of the contract. */
export function presentItem({ findingId, issueId, fixId, finding, judgement, ticket }: FindingView): object {
  return {
    id: findingId, issueId, fixId, title: finding.title, class: finding.class, status: finding.status, decision: orNull(judgement.decision), severity: finding.severity.normalized,
    score: judgement.score, band: judgement.band, identifiers: finding.identifiers, weaknesses: finding.weaknesses, component: presentComponent(finding.component),
    location: presentLocation(finding.location), rules: finding.rules.map(({ tool, id }) => ({ tool, id })), tools: finding.tools, asset: finding.asset,
    application: judgement.application, service: judgement.service, repository: judgement.repository, team: judgement.team,
    deployed: judgement.deployed, exposed: judgement.exposed, exposure: judgement.exposure, reachable: judgement.reachable,
    firstSeen: finding.firstSeen, lastSeen: finding.lastSeen, dueAt: orNull(judgement.sla.dueAt), ticket,
  };
}

function presentComponent(component: Component | null): object | null {
  return component && { purl: component.purl, name: component.name, version: component.version, fixedVersions: component.fixedVersions };
}

function presentLocation(location: CodeLocation | null): object | null {
  if (location === null) return null;
  const { path, startLine, endLine, url, method, parameter, resource } = location;
  return { path, startLine, endLine, url, method, parameter, resource };
}

/** A finding's page: the item and all that proves and explains it. */
export function presentDetail(view: FindingView): object {
  const { finding, judgement } = view;
  return {
    ...presentItem(view),
    location: finding.location && { ...presentLocation(finding.location), startColumn: finding.location.startColumn, endColumn: finding.location.endColumn, snippet: finding.location.snippet, symbol: finding.location.symbol },
    component: finding.component, rules: finding.rules, description: finding.description, remediation: finding.remediation, references: finding.references,
    codeFlow: finding.codeFlow, locations: finding.locations, suppressions: finding.suppressions, cvss: finding.cvss, severityOriginal: finding.severity.original, severityRule: finding.severity.rule,
    secret: finding.secret && { type: finding.secret.type }, reachability: finding.reachability || 'unknown',
    statusReason: finding.statusReason, statusSince: finding.statusSince, regressions: finding.regressions, flags: finding.flags, version: finding.versionUrn, line: finding.line,
    environment: judgement.environment, ownerSource: judgement.ownerSource, baseline: judgement.baseline, exceptionId: orNull(judgement.exceptionId),
    sla: { step: judgement.sla.step, start: judgement.sla.start, dueAt: orNull(judgement.sla.dueAt), reason: judgement.sla.reason }, slaStep: judgement.sla.step,
    fix: judgement.fix, ssvc: judgement.ssvc, summary: summary(judgement.score, judgement.factors), riskVersion: view.riskVersion, judgedAt: view.judgedAt,
  };
}

/** Why the score is what it is, and what it would be if one thing were different. */
export function presentExplanation({ judgement }: FindingView): object {
  const { score, band, formulaVersion, factors, ssvc } = judgement;
  return {
    score, band, formulaVersion, summary: summary(score, factors), factors, ssvc, ssvcNote: ssvcNote(band, ssvc?.decision),
    counterfactuals: counterfactuals(judgement.inputs), thresholds: Object.fromEntries(BAND_THRESHOLDS),
  };
}

/** Where the two disagree, why: SSVC knows neither deployment nor exposure nor EPSS. */
function ssvcNote(band: string, decision: string | undefined): string | null {
  if (decision === undefined) return null;
  const place = { Act: 'act', Attend: 'attend', 'Track*': 'track', Track: 'track' }[decision] ?? 'track';
  const ranks: readonly string[] = BANDS;
  if (place === band || (place === 'track' && band === 'defer')) return null;
  const higher = ranks.indexOf(band) < ranks.indexOf(place);
  return `the band is ${higher ? 'more' : 'less'} urgent than SSVC, which sees neither deployment, exposure, reachability nor EPSS`;
}

const CAUSE: Readonly<Record<string, string>> = {
  finding: 'a scan changed the finding', chain: 'its deployment context changed', intel: 'EPSS or KEV changed', time: 'its clock reached a step',
};

/** Who, what, when and why. */
export function presentHistory(entry: HistoryView): object {
  const what = Object.entries(entry.changes).map(([field, [before, after]]) => `${field.replace('factor:', '')}: ${shown(before)} → ${shown(after)}`).join('; ');
  return {
    at: entry.at, who: 'Throughline', what: what || 'its fields changed', why: whyOf(entry), cause: entry.cause,
    scan: entry.scanId, version: entry.version, findingVersion: entry.findingVersion, changes: entry.changes,
  };
}

/** The first version has no row of its own: it is what the finding's row remembers of its creation. */
export function presentCreation(view: FindingView): object {
  return { at: view.firstJudgedAt, who: 'Throughline', what: 'first seen and scored', why: 'a scan showed it', cause: 'finding', scan: view.firstScanId, version: 1, findingVersion: null, changes: {} };
}

/** A decision's cause is told by what moved: activation, exception or policy. */
function whyOf({ cause, changes }: HistoryView): string {
  if (cause !== 'decision') return CAUSE[cause] ?? cause;
  if (changes['baseline']) return 'its repository, team or application was activated';
  return changes['decision'] ? 'an exception began or ended' : 'a policy changed';
}

const shown = (value: unknown): string => (value === null || value === '' ? 'none' : String(value));
