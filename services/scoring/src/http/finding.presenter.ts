import { BANDS } from '@throughline/domain';
import type { CodeLocation, Component } from '@throughline/contracts';
import { counterfactuals, summary } from '../domain/counterfactual.js';
import { BAND_THRESHOLDS } from '../domain/formula.js';
import type { FindingView } from '../persistence/finding-query.repository.js';

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
    statusReason: finding.statusReason, statusSince: finding.statusSince, regressions: finding.regressions, flags: finding.flags, mergedInto: orNull(finding.mergedInto), splitFrom: orNull(finding.splitFrom), version: finding.versionUrn, line: finding.line,
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
