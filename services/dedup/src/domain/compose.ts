import type { CodeLocation, CvssScore, FindingChanged, RuleRef, Severity } from '@throughline/contracts';
import { SEVERITIES } from '@throughline/domain';
import type { Asset, Finding, FullOccurrence } from './model.js';

const MAX_LOCATIONS = 50;
const REACHABILITY = ['runtime', 'static', 'potential', 'unreachable'];

/** What caused a record of a change. */
export interface Cause {
  readonly change: string;
  readonly scanId: string;
  readonly changedAt: string;
  /** Who corrected it and why, when a person did. */
  readonly changedBy?: string;
  readonly changeReason?: string;
}

/** The occurrences that speak for a finding: of the default line once it was there, of branches before. */
export function relevant(finding: Pick<Finding, 'onDefault'>, occurrences: readonly FullOccurrence[]): readonly FullOccurrence[] {
  return occurrences.filter((one) => one.scope.defaultLine === finding.onDefault);
}

/**
 * The whole state of a finding for its readers: a pure function of the latest occurrences, in an order that depends on
 * their content only. Once none is present, the last known ones speak.
 */
export function compose(finding: Finding, asset: Pick<Asset, 'urn'>, occurrences: readonly FullOccurrence[], cause: Cause): FindingChanged {
  const known = relevant(finding, occurrences);
  const present = known.filter((one) => one.absences === 0);
  const shown = [...(present.length > 0 ? present : known)].sort(byWeight);
  const first = shown[0];
  if (first === undefined) throw new RangeError(`finding ${finding.findingId} has no occurrence`);
  const { content, scope } = first;
  const { path, application, service, repository, environment } = content.context;
  return {
    tenantId: finding.tenantId, findingId: finding.findingId, version: finding.version, issueId: finding.issueId,
    class: classOf(finding, shown), title: content.title, description: content.description,
    status: finding.status, statusReason: finding.statusReason, statusSince: finding.statusSince, regressions: finding.regressions,
    ...union(shown, finding.aliases),
    component: content.component, location: content.location, locations: locations(shown), codeFlow: content.codeFlow, secret: content.secret,
    remediation: content.remediation,
    asset: asset.urn, versionUrn: first.lastVersion === '' ? scope.version : first.lastVersion, line: scope.line, defaultLine: finding.onDefault,
    path, application, service, repository, environment,
    scopes: [...new Set(present.map((one) => one.scope.name))].sort(),
    baseline: finding.baseline, firstSeen: finding.firstSeen, lastSeen: latest(shown), flags: finding.flags, absentIn: finding.absentIn,
    mergedInto: finding.mergedInto, splitFrom: finding.splitFrom,
    changedBy: '', changeReason: '', ...cause,
  };
}

/** What is found as a secret is one, whoever found it first. */
const CLASSES = ['secrets', 'sca', 'container', 'dast', 'iac', 'cspm', 'sast'];

function classOf(finding: Finding, shown: readonly FullOccurrence[]): string {
  const classes = new Set(shown.map((one) => one.content.class ?? finding.class));
  return classes.size === 1 ? [...classes][0] as string : CLASSES.find((kind) => classes.has(kind)) ?? finding.class;
}

type United = Pick<FindingChanged, 'severity' | 'cvss' | 'identifiers' | 'weaknesses' | 'rules' | 'tools' | 'suppressions' | 'references' | 'reachability'>;

/** What several occurrences say together; the common case of one is passed through. */
function union(shown: readonly FullOccurrence[], aliases: readonly string[]): United {
  const contents = shown.map((one) => one.content);
  const rules = distinct<RuleRef>(contents.map((one) => one.rule), (rule) => `${rule.tool}|${rule.id}`);
  return {
    severity: contents.map((one) => one.severity).reduce(worse),
    cvss: distinct<CvssScore>(contents.flatMap((one) => one.cvss), (score) => `${score.source}|${score.vector}|${score.score}`),
    identifiers: [...new Set([...contents.flatMap((one) => one.identifiers), ...aliases])].sort(),
    weaknesses: [...new Set(contents.flatMap((one) => one.weaknesses))].sort(),
    rules,
    tools: [...new Set(rules.map((rule) => rule.tool))].sort(),
    suppressions: distinct(contents.flatMap((one) => one.suppressions), (one) => `${one.kind}|${one.status}|${one.justification}`),
    references: [...new Set(contents.flatMap((one) => one.references))],
    reachability: REACHABILITY.find((verdict) => contents.some((one) => one.reachability === verdict)) ?? '',
  };
}

const severityRank = (severity: Severity): number => {
  const rank = (SEVERITIES as readonly string[]).indexOf(severity.normalized);
  return rank < 0 ? SEVERITIES.length : rank;
};

const worse = (a: Severity, b: Severity): Severity => (severityRank(b) < severityRank(a) ? b : a);

function distinct<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  if (values.length < 2) return values;
  return [...new Map(values.map((value) => [key(value), value])).values()];
}

function locations(shown: readonly FullOccurrence[]): readonly CodeLocation[] {
  const all = shown.map((one) => one.content.location).filter((location) => location !== null);
  return distinct(all, (one) => `${one.path}|${one.startLine}|${one.startColumn}|${one.url}|${one.parameter}|${one.resource}`).slice(0, MAX_LOCATIONS);
}

function latest(shown: readonly FullOccurrence[]): string {
  return shown.map((one) => (one.lastSeen === '' ? one.scope.at : one.lastSeen)).reduce((a, b) => (a > b ? a : b));
}

const richness = (one: FullOccurrence): number => (one.content.codeFlow.length > 0 ? 2 : 0) + (one.content.location?.snippet ? 1 : 0);

/** The richest evidence speaks first; then the order of tool, place and text, none of which depends on arrival. */
function byWeight(a: FullOccurrence, b: FullOccurrence): number {
  return richness(b) - richness(a)
    || text(a.content.rule.tool, b.content.rule.tool)
    || text(a.content.location?.path ?? '', b.content.location?.path ?? '')
    || (a.content.location?.startLine ?? 0) - (b.content.location?.startLine ?? 0)
    || text(a.contentHash, b.contentHash)
    || text(a.scope.name, b.scope.name)
    || a.ordinal - b.ordinal;
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
