import {
  ReportError, fieldsOf, isoTime, jsonParser, list, looseText, number, oneLine, requiredText, severityOf, sniff, sub, text, texts, vulnerabilityIds, weaknessIds,
  type CvssScore, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['[*]'];
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', info: 'info', unknown: 'unknown' } as const;

export const parser: Parser = {
  id: 'nuclei', name: 'Nuclei JSON lines and JSON', tool: 'nuclei', classes: ['dast'], syntax: ['json'], elements: ELEMENTS, versions: ['2', '3'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['rule + url path + method + parameter'] },
  verified: [{ tool: 'nuclei', version: '2', by: 'published-sample' }, { tool: 'nuclei', version: '3', by: 'published-sample' }],
  produce: '`nuclei -u URL -jsonl -o report.jsonl`, or `-json-export report.json`; `-omit-raw` keeps requests and responses out of the file',
  detect(head) {
    const { text: start, syntax } = sniff(head);
    if (syntax !== 'json' || !/"template-?(?:id|ID)"\s*:/i.test(start)) return 0;
    return /"info"\s*:\s*\{/.test(start) && /"(?:matched(?:-at)?|matcher[-_]name|host)"\s*:/.test(start) ? 0.96 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, lines: true, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  if (!Array.isArray(rest)) throw new ReportError('missing_parts', 'a report of Nuclei is JSON lines or a list; this document is neither');
  return { meta: { tool: 'nuclei', toolVersion: '', scannedAt: '', success: null, hints: {}, problems: [] }, state: null };
}

function read(element: SplitElement): DraftInput | null {
  const match = fieldsOf(element.value, 'the match');
  // With `-matcher-status`, templates that did not match are listed, too.
  if (match['matcher-status'] === false) return null;
  const id = text(match, 'template-id') || requiredText(match, 'templateID');
  const info = fieldsOf(match['info'], '"info"');
  const classification = sub(info, 'classification');
  const matcher = looseText(match, 'matcher-name') || looseText(match, 'matcher_name');
  const name = oneLine(text(info, 'name')) || id;
  return {
    class: 'dast', title: matcher === '' ? name : `${name} (${matcher})`, description: text(info, 'description'),
    severity: severityOf(text(info, 'severity'), SEVERITIES, 'nuclei.severity'), cvss: cvssOf(classification),
    // A template with matchers of several names finds several things; each is a rule.
    rule: { tool: 'nuclei', id: matcher === '' ? id : `${id}:${matcher}`, name, helpUri: looseText(match, 'template-url') },
    identifiers: vulnerabilityIds(id.toUpperCase(), ...texts(classification['cve-id'])), weaknesses: weaknessIds(...texts(classification['cwe-id'])),
    location: locationOf(match), references: referencesOf(info), remediation: text(info, 'remediation'), detectedAt: isoTime(looseText(match, 'timestamp')),
    attributes: {
      type: looseText(match, 'type'), host: looseText(match, 'host'), ip: looseText(match, 'ip'), port: looseText(match, 'port'), tags: wordsOf(info['tags']).join(' '), cpe: looseText(classification, 'cpe'), template: looseText(match, 'template'),
    },
  };
}

/** `classification`: one vector, of any version. */
function cvssOf(classification: Fields): CvssScore[] {
  const vector = looseText(classification, 'cvss-metrics');
  const score = number(classification, 'cvss-score');
  return vector === '' ? [] : [{ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '2.0', vector, score: score !== null && score >= 0 && score <= 10 ? score : null, source: 'nuclei' }];
}

/** Where it matched: a URL, or `host:port` of a service, which is the resource. */
function locationOf(match: Fields): NonNullable<DraftInput['location']> {
  const at = text(match, 'matched-at') || text(match, 'matched') || text(match, 'host');
  const parameter = looseText(match, 'fuzzing_parameter');
  const request = looseText(match, 'request');
  const method = looseText(match, 'fuzzing_method') || (/^([A-Z]{3,10}) \S+ HTTP\/\d/.exec(request)?.[1] ?? '');
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(at);
  return isUrl ? { url: withoutCredentials(at), method, parameter } : { resource: at, method: '', parameter };
}

/** A template that tries passwords leaves them in the URL. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]{0,300}@/i, '$1');
}

/** Version 2 wrote one text with bullets, version 3 a list. */
function referencesOf(info: Fields): string[] {
  const found = Array.isArray(info['reference']) ? texts(list(info, 'reference')) : text(info, 'reference').split(/[\s,]+/);
  return found.filter((word) => /^https?:\/\//.test(word));
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((word) => word.trim()) : texts(value);
}
