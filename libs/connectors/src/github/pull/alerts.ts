import { numberOf, objectOf, textOf, type JsonObject, type PullGap } from '@throughline/connectors/api';
import { objectsOf } from '../events/common.js';
import type { AlertKind } from '../scopes.js';
import { route } from './route.js';
import { ask, askPage, type Session, type Step } from './session.js';
import { nextPart, type Item, type State } from './state.js';

const PER_PAGE = 100;
/** Alerts of a repository and kind that are read; more make the scan partial. */
const MAX_PAGES = 50;

/** Lists that make one scan. Fixed alerts are left out: that they are not in a complete list says that they are gone. */
const LISTS: Readonly<Record<AlertKind, readonly Readonly<Record<string, string | boolean>>[]>> = {
  'code-scanning': [{ state: 'open' }, { state: 'dismissed' }],
  dependabot: [{ state: 'open,dismissed,auto_dismissed' }],
  'secret-scanning': [{ state: 'open', hide_secret: true }, { state: 'resolved', hide_secret: true }],
};

/** What of an alert is kept: what its parser reads. Values of secrets, people, and what changes daily (EPSS) are not. */
const KEPT: Readonly<Record<AlertKind, readonly string[]>> = {
  'code-scanning': [
    'number', 'state', 'created_at', 'html_url', 'dismissed_reason', 'dismissed_comment', 'rule.id', 'rule.name', 'rule.severity', 'rule.security_severity_level', 'rule.description', 'rule.full_description', 'rule.help_uri', 'rule.tags', 'tool.name', 'tool.version',
    'most_recent_instance.ref', 'most_recent_instance.commit_sha', 'most_recent_instance.state', 'most_recent_instance.category', 'most_recent_instance.message', 'most_recent_instance.location', 'most_recent_instance.classifications',
  ],
  dependabot: [
    'number', 'state', 'created_at', 'html_url', 'dismissed_reason', 'dismissed_comment', 'dependency', 'security_vulnerability', 'security_advisory.ghsa_id', 'security_advisory.cve_id', 'security_advisory.summary',
    'security_advisory.description', 'security_advisory.severity', 'security_advisory.cvss', 'security_advisory.cvss_severities', 'security_advisory.cwes', 'security_advisory.identifiers', 'security_advisory.references', 'security_advisory.withdrawn_at',
  ],
  'secret-scanning': [
    'number', 'state', 'created_at', 'html_url', 'resolution', 'resolution_comment', 'secret_type', 'secret_type_display_name', 'provider', 'validity', 'publicly_leaked', 'multi_repo', 'push_protection_bypassed', 'first_location_detected',
  ],
};

/**
 * All alerts of one kind of a repository as one scan. A list is read in one step, since a part of it is no scan; an
 * interruption reads it again. The body is the same as long as the alerts are, whatever order GitHub gives them in.
 */
export const alertsStep = (kind: AlertKind) => async (session: Session, state: State, item: Item): Promise<Step> => {
  const alerts: JsonObject[] = [];
  let whole = true;
  for (const list of LISTS[kind]) {
    const ref: Readonly<Record<string, string>> = kind === 'code-scanning' && item.branch !== '' ? { ref: `refs/heads/${item.branch}` } : {};
    let answer = await ask(session, state, `GET /repos/{owner}/{repo}/${kind}/alerts`, { parameters: { ...route(item), ...list, ...ref, per_page: PER_PAGE } });
    for (let page = 1; ; page += 1) {
      alerts.push(...objectsOf(answer.data).map((alert) => kept(alert, KEPT[kind])));
      if (answer.next === '') break;
      if (page >= MAX_PAGES) {
        whole = false;
        break;
      }
      answer = await askPage(session, state, '', answer.next);
    }
  }
  const scope = `github:${item.name.toLowerCase()}`;
  const gaps: PullGap[] = whole ? [] : [{ scope, code: 'too_many', reason: `the repository has more than ${MAX_PAGES * PER_PAGE} ${kind} alerts: the rest was not read`, remedy: 'Close what is settled; the scan counts as partial until then.' }];
  return { state: nextPart(state), gaps, scans: [scanOf(kind, item, alerts, whole)] };
};

function scanOf(kind: AlertKind, item: Item, alerts: readonly JsonObject[], whole: boolean): NonNullable<Step['scans']>[number] {
  const sorted = [...new Map(alerts.map((alert) => [numberOf(alert['number']) ?? 0, alert])).values()].sort((a, b) => (numberOf(a['number']) ?? 0) - (numberOf(b['number']) ?? 0));
  const format = `github-${kind}`;
  return {
    key: `${item.repository}|${kind}`, format, fileName: `${format}.json`, body: JSON.stringify(sorted),
    target: { repository: item.repository, ...(item.branch !== '' && { branch: item.branch }), category: format, coverage: whole ? 'complete' : 'partial' },
  };
}

/** The fields at the paths; texts are cut where a parser would. */
function kept(alert: JsonObject, paths: readonly string[]): JsonObject {
  const out: Record<string, unknown> = {};
  for (const path of paths) {
    const [first = '', second] = path.split('.');
    const value = second === undefined ? alert[first] : objectOf(alert[first])[second];
    if (value === undefined || value === null) continue;
    const bounded = typeof value === 'string' ? textOf(value, 20_000) : value;
    if (second === undefined) out[first] = bounded;
    else out[first] = { ...objectOf(out[first]), [second]: bounded };
  }
  return out;
}
