import { ReportError, fieldsOf, isFields, isoTime, jsonParser, list, looseText, sub, text, texts, type DraftInput, type Fields, type ReportMeta, type SplitElement } from '../../api/index.js';
import { draftOf, nameOf, type Bom, type Part, type Vulnerability } from './vulnerability.js';

export const JSON_ELEMENTS = ['vulnerabilities[*].affects[*]'];
/** What an inventory holds most of, and nobody needs to name a component. */
const BULK = ['hashes', 'licenses', 'externalReferences', 'properties', 'evidence', 'description', 'pedigree', 'author', 'publisher', 'copyright', 'supplier', 'cpe', 'swid', 'releaseNotes', 'modelCard', 'data', 'cryptoProperties'];
const SKIPPED = [...['components[*]', 'components[*].components[*]'].flatMap((where) => BULK.map((name) => `${where}.${name}`)), 'dependencies', 'compositions', 'services', 'annotations', 'formulation', 'declarations', 'definitions', 'signature'];

interface State {
  readonly bom: Bom;
  readonly vulnerabilities: readonly unknown[];
  readonly read: Map<number, Vulnerability>;
  /** Vulnerabilities of which something affected was met. */
  readonly met: Set<number>;
}

export const parseJson = jsonParser<State>({
  elements: JSON_ELEMENTS, skip: SKIPPED, begin, read,
  extra: (state) => state.vulnerabilities.flatMap((_one, index) => (state.met.has(index) ? [] : [nothingIn(index)])),
});

/** A vulnerability that affects nothing in particular is one result without a component. */
function nothingIn(index: number): SplitElement {
  return { pattern: 0, path: [index], keys: [], position: 0, value: {}, refusal: undefined, head: undefined };
}

function read(element: SplitElement, state: State): DraftInput | null {
  const index = element.path[0] ?? -1;
  state.met.add(index);
  let vulnerability = state.read.get(index);
  if (!vulnerability) state.read.set(index, (vulnerability = vulnerabilityOf(fieldsOf(state.vulnerabilities[index], 'the vulnerability'))));
  const affected = fieldsOf(element.value, 'the affected component');
  const versions = list(affected, 'versions').filter(isFields).map((one) => ({ version: looseText(one, 'version'), status: looseText(one, 'status').toLowerCase() }));
  return draftOf(vulnerability, { ref: text(affected, 'ref'), versions }, state.bom);
}

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const bom = isFields(rest) ? rest : {};
  if (looseText(bom, 'bomFormat').toLowerCase() !== 'cyclonedx') throw new ReportError('missing_parts', 'a CycloneDX document says "bomFormat": "CycloneDX"; this document does not');
  const metadata = sub(bom, 'metadata');
  const subject = sub(metadata, 'component');
  const isImage = looseText(subject, 'type') === 'container';
  // Before 1.5 a list of tools, since then an object with components.
  const tools = (Array.isArray(metadata['tools']) ? metadata['tools'] : list(sub(metadata, 'tools'), 'components')).filter(isFields);
  const tool = looseText(tools[0] ?? {}, 'name').toLowerCase() || 'cyclonedx';
  const parts = new Map<string, Part>();
  collect([subject], parts);
  collect(bom['components'], parts);
  return {
    meta: { tool, toolVersion: looseText(tools[0] ?? {}, 'version'), scannedAt: isoTime(looseText(metadata, 'timestamp')), success: null, hints: isImage ? { image: looseText(subject, 'name') } : {}, problems: [] },
    state: { bom: { tool, isImage, parts }, vulnerabilities: list(bom, 'vulnerabilities'), read: new Map(), met: new Set() },
  };
}

/** Components by their reference, nested ones, too; the document is bounded in depth. */
function collect(components: unknown, parts: Map<string, Part>): void {
  if (!Array.isArray(components)) return;
  for (const one of components) {
    if (!isFields(one)) continue;
    const ref = looseText(one, 'bom-ref');
    const group = looseText(one, 'group');
    if (ref !== '') parts.set(ref, { name: nameOf(group, looseText(one, 'name'), looseText(one, 'purl')), version: looseText(one, 'version'), purl: looseText(one, 'purl') });
    collect(one['components'], parts);
  }
}

function vulnerabilityOf(one: Fields): Vulnerability {
  const analysis = sub(one, 'analysis');
  return {
    id: text(one, 'id'), source: looseText(sub(one, 'source'), 'name'), url: looseText(sub(one, 'source'), 'url'), otherIds: list(one, 'references').filter(isFields).map((reference) => looseText(reference, 'id')),
    ratings: list(one, 'ratings').filter(isFields).map((rating) => ({
      source: looseText(sub(rating, 'source'), 'name'), score: looseText(rating, 'score'), severity: looseText(rating, 'severity'), method: looseText(rating, 'method'), vector: looseText(rating, 'vector'),
    })),
    weaknesses: list(one, 'cwes').map(String), description: [text(one, 'description'), looseText(one, 'detail')].filter((part) => part !== '').join('\n'), recommendation: text(one, 'recommendation'),
    references: list(one, 'advisories').filter(isFields).map((advisory) => looseText(advisory, 'url')), published: looseText(one, 'published'),
    analysis: { state: looseText(analysis, 'state').toLowerCase(), justification: looseText(analysis, 'justification'), detail: looseText(analysis, 'detail'), responses: texts(analysis['response']) },
  };
}
