import { ReportError, childText, childrenOf, isoTime, oneLine, xmlParser, type DraftInput, type ReportMeta, type XmlElement, type XmlNode } from '../../api/index.js';
import { draftOf, nameOf, type Bom, type Part, type Vulnerability } from './vulnerability.js';

/** Since 1.4 a part of the standard; before that an extension, whose elements everybody calls `v:`, on the document or on a component. */
export const XML_ELEMENTS = ['bom.vulnerabilities.vulnerability.affects.target', 'bom.v:vulnerabilities.v:vulnerability', 'bom.components.component.v:vulnerabilities.v:vulnerability'];
const BULK = ['hashes', 'licenses', 'externalReferences', 'properties', 'evidence', 'description', 'pedigree', 'author', 'publisher', 'copyright'];

interface State {
  readonly bom: Bom;
  readonly components: readonly (readonly XmlNode[])[];
  readonly vulnerabilities: readonly (readonly XmlNode[])[];
  readonly read: Map<string, Vulnerability>;
  readonly met: Set<string>;
}

export const parseXml = xmlParser<State>({ elements: XML_ELEMENTS, skip: [...BULK.map((name) => `bom.components.component.${name}`), 'bom.dependencies', 'bom.services', 'bom.compositions'], begin, read, extra });

function begin(rest: unknown): { meta: ReportMeta; state: State } {
  const root = rest as XmlNode | undefined;
  if (root?.name !== 'bom') throw new ReportError('missing_parts', 'a CycloneDX document has the root element bom');
  const [metadata] = childrenOf(root, 'metadata');
  const [subject] = childrenOf(metadata, 'component');
  const isImage = subject?.attributes['type'] === 'container';
  const [list] = childrenOf(metadata, 'tools');
  const [first] = [...childrenOf(list, 'tool'), ...childrenOf(childrenOf(list, 'components')[0], 'component')];
  const tool = childText(first, 'name').toLowerCase() || 'cyclonedx';
  const parts = new Map<string, Part>();
  if (subject) collect([subject], parts);
  const components = childrenOf(root, 'components').map((one) => childrenOf(one, 'component'));
  for (const some of components) collect(some, parts);
  return {
    meta: { tool, toolVersion: childText(first, 'version'), scannedAt: isoTime(childText(metadata, 'timestamp')), success: null, hints: isImage ? { image: childText(subject, 'name') } : {}, problems: [] },
    state: { bom: { tool, isImage, parts }, components, vulnerabilities: childrenOf(root, 'vulnerabilities').map((one) => childrenOf(one, 'vulnerability')), read: new Map(), met: new Set() },
  };
}

function partOf(node: XmlNode): Part {
  const purl = childText(node, 'purl');
  return { name: nameOf(childText(node, 'group'), childText(node, 'name'), purl), version: childText(node, 'version'), purl };
}

function collect(components: readonly XmlNode[], parts: Map<string, Part>): void {
  for (const node of components) {
    const ref = node.attributes['bom-ref'] ?? '';
    if (ref !== '') parts.set(ref, partOf(node));
    for (const inner of childrenOf(node, 'components')) collect(childrenOf(inner, 'component'), parts);
  }
}

function read(element: XmlElement, state: State): DraftInput | null {
  const node = element.value as XmlNode;
  if (element.pattern !== 0) return readExtension(element, node, state);
  const key = element.path.slice(0, 2).join('|');
  state.met.add(key);
  let vulnerability = state.read.get(key);
  if (!vulnerability) state.read.set(key, (vulnerability = vulnerabilityOf(state.vulnerabilities[element.path[0] ?? -1]?.[element.path[1] ?? -1], '')));
  const versions = within(node, 'versions', 'version').map((one) => ({ version: childText(one, 'version'), status: childText(one, 'status').toLowerCase() }));
  return draftOf(vulnerability, { ref: childText(node, 'ref'), versions }, state.bom);
}

/** The extension names its component by `ref`, unless it stands in it. */
function readExtension(element: XmlElement, node: XmlNode, state: State): DraftInput | null {
  const around = element.pattern === 2 ? state.components[element.path[0] ?? -1]?.[element.path[1] ?? -1] : undefined;
  const ref = node.attributes['ref'] ?? '';
  const bom = around ? { ...state.bom, parts: new Map([[ref, partOf(around)]]) } : state.bom;
  return draftOf(vulnerabilityOf(node, 'v:'), { ref, versions: [] }, bom);
}

/** Vulnerabilities that affect nothing in particular. */
function extra(state: State): XmlElement[] {
  return state.vulnerabilities.flatMap((some, outer) => some.flatMap((node, index) => (state.met.has(`${outer}|${index}`) ? [] : [{ pattern: 0, path: [outer, index], position: 0, value: { ...node, children: [] }, refusal: undefined, head: undefined }])));
}

function within(node: XmlNode | undefined, outer: string, inner: string): readonly XmlNode[] {
  return childrenOf(node, outer).flatMap((one) => childrenOf(one, inner));
}

function vulnerabilityOf(node: XmlNode | undefined, prefix: string): Vulnerability {
  const own = (name: string): string => childText(node, prefix + name);
  const all = (outer: string, inner: string): readonly XmlNode[] => within(node, prefix + outer, prefix + inner);
  const [source] = childrenOf(node, `${prefix}source`);
  const [analysis] = childrenOf(node, 'analysis');
  return {
    id: own('id'), source: source?.attributes['name'] ?? childText(source, 'name'), url: oneLine(childText(source, `${prefix}url`)), otherIds: all('references', 'reference').map((one) => childText(one, 'id')),
    ratings: all('ratings', 'rating').map((one) => ({
      source: childText(childrenOf(one, 'source')[0], 'name'), score: childText(one, `${prefix}score`) || childText(childrenOf(one, `${prefix}score`)[0], `${prefix}base`),
      severity: childText(one, `${prefix}severity`), method: childText(one, `${prefix}method`), vector: childText(one, `${prefix}vector`),
    })),
    weaknesses: all('cwes', 'cwe').map((one) => one.text.trim()), description: [own('description'), own('detail')].filter((part) => part !== '').join('\n'),
    recommendation: own('recommendation') || all('recommendations', 'recommendation').map((one) => one.text.trim()).join('\n'), references: all('advisories', 'advisory').map((one) => oneLine(childText(one, 'url') || one.text)),
    published: own('published'), analysis: { state: childText(analysis, 'state').toLowerCase(), justification: childText(analysis, 'justification'), detail: childText(analysis, 'detail'), responses: within(analysis, 'responses', 'response').map((one) => one.text.trim()) },
  };
}
