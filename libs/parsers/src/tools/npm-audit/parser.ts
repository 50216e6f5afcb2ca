import {
  ReportError, ResultRefusal, fieldsOf, isFields, jsonParser, looseText, sniff, sub, texts, type DraftInput, type Fields, type Parser, type ReportMeta, type SplitElement,
} from '../../api/index.js';
import { SEVERITIES, readInstalled, readVia } from './advisory.js';

const ELEMENTS = ['vulnerabilities{*}.via[*]', 'advisories{*}.findings[*]'];
const LONGEST_CHAIN = 20;

interface State {
  readonly vulnerabilities: Fields;
  readonly advisories: Fields;
  readonly chains: Map<string, readonly string[]>;
  /** Advisories of which an installed version was read. */
  readonly read: Set<string>;
}

export const parser: Parser = {
  id: 'npm-audit', name: 'npm audit, pnpm audit and yarn npm audit JSON', tool: 'npm-audit', classes: ['sca'], syntax: ['json'], elements: ELEMENTS,
  versions: ['npm 6', 'npm 7 to 11', 'pnpm 6 to 10', 'Yarn 2 and 3'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'npm', version: '6', by: 'published-sample' }, { tool: 'npm', version: '7', by: 'published-sample' }, { tool: 'pnpm', version: '', by: 'published-sample' }, { tool: 'yarn', version: '3', by: 'published-sample' }],
  produce: '`npm audit --json > report.json`, `pnpm audit --json` or, with Yarn 2 and 3, `yarn npm audit --recursive --json`',
  detect(head) {
    const { top, paths } = sniff(head);
    if (top !== 'object') return 0;
    if (paths.has('auditReportVersion') && paths.has('vulnerabilities')) return 0.97;
    const text = sniff(head).text;
    if (paths.has('advisories') && (/"module_name"\s*:/.test(text) || paths.has('metadata.totalDependencies') || paths.has('metadata.vulnerabilities'))) return 0.95;
    return 0;
  },
  parse: jsonParser<State>({ elements: ELEMENTS, skip: ['actions', 'muted'], begin, read, extra }),
};

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const report = isFields(rest) ? rest : {};
  if (report['error'] !== undefined && !isFields(report['vulnerabilities'])) {
    const { error } = report;
    throw new ReportError('missing_parts', `the audit failed: ${isFields(error) ? looseText(error, 'summary') || looseText(error, 'code') : 'it reports an error and no result'}`);
  }
  if (!isFields(report['vulnerabilities']) && !isFields(report['advisories'])) throw new ReportError('missing_parts', 'an audit of npm has an object "vulnerabilities" or "advisories"; this document has neither');
  return {
    meta: { tool: 'npm-audit', toolVersion: '', scannedAt: '', success: isFields(report['metadata']) ? true : null, hints: {}, problems: [] },
    state: { vulnerabilities: sub(report, 'vulnerabilities'), advisories: sub(report, 'advisories'), chains: new Map(), read: new Set() },
  };
}

function read(element: SplitElement, state: State): DraftInput | null {
  const [key = ''] = element.keys;
  state.read.add(key);
  if (element.pattern === 1) return readInstalled(fieldsOf(state.advisories[key], 'the advisory'), fieldsOf(element.value, 'the installed version'));
  // A name: the package is affected through another one, which has an entry of its own with the advisory.
  if (typeof element.value === 'string' && element.value !== '') return null;
  return readVia(fieldsOf(element.value, 'the advisory'), fieldsOf(state.vulnerabilities[key], 'the package'), chainOf(key, state));
}

/** Advisories without a single installed version: bulk answers of some registries leave the list out. */
function extra(state: State): SplitElement[] {
  return Object.keys(state.advisories).filter((key) => !state.read.has(key))
    .map((key) => ({ pattern: 1, path: [], keys: [key], position: 0, value: {}, refusal: isFields(state.advisories[key]) ? undefined : new ResultRefusal('wrong_type', 'the advisory is not an object'), head: undefined }));
}

/** From a dependency of the project down to the package: `effects` of each lead up. The shortest way, found once a package. */
function chainOf(name: string, state: State): readonly string[] {
  let chain = state.chains.get(name);
  if (!chain) state.chains.set(name, (chain = findChain(name, state.vulnerabilities)));
  return chain;
}

function findChain(name: string, vulnerabilities: Fields): readonly string[] {
  const seen = new Set([name]);
  let level: (readonly string[])[] = [[name]];
  for (let depth = 0; depth < LONGEST_CHAIN && level.length > 0; depth += 1) {
    const next: (readonly string[])[] = [];
    for (const chain of level) {
      const [top = ''] = chain;
      const entry = Object.hasOwn(vulnerabilities, top) ? vulnerabilities[top] : undefined;
      if (!isFields(entry)) continue;
      if (entry['isDirect'] === true) return chain;
      for (const parent of [...texts(entry['effects'])].sort()) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        next.push([parent, ...chain]);
      }
    }
    level = next;
  }
  return [name];
}
