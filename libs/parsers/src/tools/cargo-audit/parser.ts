import {
  NO_SEVERITY, ReportError, fieldsOf, isFields, jsonParser, list, looseText, purlOf, requiredText, sniff, sub, text, texts, vulnerabilityIds,
  type DraftInput, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';

const ELEMENTS = ['vulnerabilities.list[*]', 'warnings{*}[*]'];

export const parser: Parser = {
  id: 'cargo-audit', name: 'cargo audit JSON', tool: 'cargo-audit', classes: ['sca'], syntax: ['json'], elements: ELEMENTS, versions: ['0.14 to 0.21'], severityMap: {},
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'cargo-audit', version: '0.14', by: 'published-sample' }],
  produce: '`cargo audit --json > report.json`',
  detect(head) {
    const { top, paths } = sniff(head);
    return top === 'object' && paths.has('vulnerabilities.list') && (paths.has('lockfile.dependency-count') || paths.has('database.advisory-count')) ? 0.97 : 0;
  },
  parse: jsonParser<null>({ elements: ELEMENTS, begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: null } {
  const vulnerabilities = isFields(rest) ? sub(rest, 'vulnerabilities') : {};
  if (!Array.isArray(vulnerabilities['list'])) throw new ReportError('missing_parts', 'a report of cargo audit has a list "vulnerabilities.list"; this document has none');
  // The report is one document, written when the audit is over.
  return { meta: { tool: 'cargo-audit', toolVersion: '', scannedAt: '', success: true, hints: {}, problems: [] }, state: null };
}

function read(element: SplitElement): DraftInput | null {
  const found = fieldsOf(element.value, 'the vulnerability');
  // Crates that nobody keeps or that were taken back are no flaws; code that is unsound is one.
  if (element.pattern === 1 && element.keys[0] !== 'unsound') return null;
  const advisory = fieldsOf(found['advisory'], '"advisory"');
  const crate = fieldsOf(found['package'], '"package"');
  const id = requiredText(advisory, 'id');
  const name = requiredText(crate, 'name');
  const version = text(crate, 'version');
  const title = text(advisory, 'title');
  const fixed = firstVersions(texts(sub(found, 'versions')['patched']));
  const vector = looseText(advisory, 'cvss');
  const url = looseText(advisory, 'url');
  return {
    class: 'sca', title: `${title || id} in ${name}`, description: text(advisory, 'description'),
    // RustSec tells a vector at most, and no word: the severity comes from the platform's own intelligence.
    severity: NO_SEVERITY, cvss: vector === '' ? [] : [{ version: /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '3.1', vector, score: null, source: 'rustsec' }],
    rule: { tool: 'cargo-audit', id, name: title, helpUri: `https://rustsec.org/advisories/${encodeURIComponent(id)}` },
    identifiers: [...new Set([id.toUpperCase(), ...vulnerabilityIds(...texts(advisory['aliases']))])],
    component: { name, version, purl: purlOf('cargo', name, version), ecosystem: 'cargo', filePath: 'Cargo.lock', fixedVersions: fixed }, location: { path: 'Cargo.lock' },
    references: [url, ...list(advisory, 'references').filter((one): one is string => typeof one === 'string')], remediation: fixed.length > 0 ? `Upgrade ${name} to ${fixed.join(' or ')}.` : '',
    attributes: {
      patched: texts(sub(found, 'versions')['patched']).join(', '), unaffected: texts(sub(found, 'versions')['unaffected']).join(', '), categories: texts(advisory['categories']).join(', '),
      informational: looseText(advisory, 'informational'), functions: Object.keys(sub(sub(found, 'affected'), 'functions')).slice(0, 5).join(', '), source: looseText(crate, 'source'),
    },
  };
}

/** `>=1.1.0`, `^0.4.8`: the version that a patched range begins with. */
function firstVersions(ranges: readonly string[]): string[] {
  return [...new Set(ranges.flatMap((range) => /^\s*(?:>=|\^|=|~)\s*(\d[\w.+-]{0,60})/.exec(range)?.[1] ?? []))];
}
