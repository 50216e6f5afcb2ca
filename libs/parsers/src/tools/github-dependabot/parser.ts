import {
  ReportError, fieldsOf, isFields, isoTime, jsonParser, list, looseText, normalizePath, number, purlOf, purlType, requiredText, severityOf, sniff, sub, text, vulnerabilityIds, weaknessIds,
  type CvssScore, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement, type Suppression,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', moderate: 'medium', low: 'low' } as const;
/** GitHub's names of ecosystems that are no package manager's (https://docs.github.com/rest/dependabot/alerts). */
const ECOSYSTEMS: Readonly<Record<string, string>> = { rubygems: 'bundler', erlang: 'hex', actions: 'githubactions', 'github actions': 'githubactions' };

export const parser: Parser = {
  id: 'github-dependabot', name: 'GitHub Dependabot alerts', tool: 'dependabot', classes: ['sca'], syntax: ['json'], elements: ELEMENTS, versions: ['REST 2022-11-28'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'dependabot', version: 'REST 2022-11-28', by: 'published-sample' }],
  produce: '`gh api --paginate "repos/OWNER/REPO/dependabot/alerts?per_page=100" > github-dependabot.json` (the GitHub connector reads it by itself)',
  detect(head, fileName) {
    const { top, paths } = sniff(head);
    if (top !== 'array') return 0;
    if (paths.has('[].security_vulnerability') && paths.has('[].dependency')) return 0.97;
    return paths.size === 0 && /dependabot/i.test(fileName) ? 0.6 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'Dependabot alerts are a list; this document is none');
  return { meta: { tool: 'dependabot', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

/** null: the alert is fixed. */
function read(element: SplitElement): DraftInput | null {
  const alert = fieldsOf(element.value, 'the alert');
  const state = requiredText(alert, 'state').toLowerCase();
  if (state === 'fixed') return null;
  const advisory = fieldsOf(alert['security_advisory'], '"security_advisory"');
  const vulnerability = fieldsOf(alert['security_vulnerability'], '"security_vulnerability"');
  const dependency = fieldsOf(alert['dependency'], '"dependency"');
  const pack = fieldsOf(dependency['package'] ?? vulnerability['package'], '"package"');
  const name = requiredText(pack, 'name');
  const ecosystem = ecosystemOf(text(pack, 'ecosystem'));
  const id = requiredText(advisory, 'ghsa_id');
  const path = normalizePath(text(dependency, 'manifest_path'));
  const fixed = text(sub(vulnerability, 'first_patched_version'), 'identifier');
  const summary = text(advisory, 'summary');
  return {
    class: 'sca', title: summary ? `${id}: ${summary}` : `${id} in ${name}`, description: looseText(advisory, 'description'), severity: severityOf(text(vulnerability, 'severity') || text(advisory, 'severity'), SEVERITIES, 'github-dependabot.severity'),
    cvss: cvssOf(advisory), rule: { tool: 'dependabot', id, helpUri: `https://github.com/advisories/${id}` },
    identifiers: identifiersOf(id, advisory), weaknesses: weaknessIds(...list(advisory, 'cwes').filter(isFields).map((cwe) => looseText(cwe, 'cwe_id'))),
    component: { purl: purlOf(ecosystem, name, ''), name, ecosystem: purlType(ecosystem), filePath: path, fixedVersions: fixed === '' ? [] : [fixed] }, location: { path },
    suppressions: suppressionsOf(alert, state), references: [looseText(alert, 'html_url'), ...list(advisory, 'references').filter(isFields).map((one) => looseText(one, 'url'))],
    remediation: fixed === '' ? '' : `Upgrade ${name} to ${fixed}.`, detectedAt: isoTime(looseText(alert, 'created_at')),
    attributes: {
      alert: looseText(alert, 'number'), scope: looseText(dependency, 'scope'), relationship: looseText(dependency, 'relationship'), vulnerableRange: looseText(vulnerability, 'vulnerable_version_range'),
      withdrawn: isoTime(looseText(advisory, 'withdrawn_at')),
    },
  };
}

function ecosystemOf(word: string): string {
  const key = word.toLowerCase();
  return Object.hasOwn(ECOSYSTEMS, key) ? (ECOSYSTEMS[key] as string) : key;
}

function identifiersOf(id: string, advisory: Fields): string[] {
  const named = list(advisory, 'identifiers').filter(isFields).map((one) => looseText(one, 'value'));
  return [...new Set([id.toUpperCase(), ...vulnerabilityIds(looseText(advisory, 'cve_id'), ...named)])];
}

/** Vectors of the versions that the advisory has; the older single field when there are none. */
function cvssOf(advisory: Fields): CvssScore[] {
  const severities = sub(advisory, 'cvss_severities');
  const given = [sub(severities, 'cvss_v4'), sub(severities, 'cvss_v3')].filter((one) => looseText(one, 'vector_string') !== '');
  return (given.length > 0 ? given : [sub(advisory, 'cvss')]).flatMap((one) => {
    const vector = looseText(one, 'vector_string');
    const score = number(one, 'score');
    // GitHub writes 0 where it has no score.
    return vector === '' ? [] : [{ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '3.1', vector, score: score !== null && score > 0 && score <= 10 ? score : null, source: 'ghsa' }];
  });
}

function suppressionsOf(alert: Fields, state: string): Suppression[] {
  if (state === 'auto_dismissed') return [{ kind: 'external', status: 'accepted', justification: 'dismissed by a Dependabot rule' }];
  if (state !== 'dismissed') return [];
  const said = [looseText(alert, 'dismissed_reason'), looseText(alert, 'dismissed_comment')].filter((part) => part !== '');
  return [{ kind: 'external', status: 'accepted', justification: said.join(': ') || 'dismissed on GitHub' }];
}
