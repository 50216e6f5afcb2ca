import {
  ReportError, ResultRefusal, bySyntax, childText, childrenOf, fieldsOf, isFields, isoTime, jsonParser, looseText, sniff, text, xmlParser,
  type DraftInput, type Fields, type Parser, type ReportMeta, type ReportProblem, type SplitElement, type XmlElement, type XmlNode,
} from '../../api/index.js';
import { RISKS, readInstance, type Field } from './alert.js';

const XML_ELEMENTS = ['OWASPZAPReport.site.alerts.alertitem.instances.instance'];
const JSON_ELEMENTS = ['site[*].alerts[*].instances[*]'];

export const parser: Parser = {
  id: 'zap', name: 'OWASP ZAP XML and JSON', tool: 'zap', classes: ['dast'], syntax: ['xml', 'json'], elements: [...XML_ELEMENTS, ...JSON_ELEMENTS],
  versions: ['2.4 to 2.16, traditional and plus'], severityMap: RISKS,
  identityRecipe: { version: 1, keys: ['rule + url path + method + parameter'] },
  verified: [{ tool: 'zap', version: '2.9.0', by: 'published-sample' }, { tool: 'zap', version: '2.11.1', by: 'published-sample' }],
  produce: '`zap-baseline.py -t URL -x report.xml` (or `-J report.json`), or Report > Generate: Traditional XML',
  detect(head) {
    const { syntax, root, paths, values } = sniff(head);
    if (syntax === 'xml') return root === 'OWASPZAPReport' ? 0.99 : 0;
    if (syntax !== 'json') return 0;
    // GitLab's DAST report embeds ZAP's sites beside its own list.
    if (paths.has('vulnerabilities') || paths.has('scan')) return 0;
    if (/zap/i.test(values.get('@programName') ?? '') && paths.has('site')) return 0.98;
    return paths.has('site[].alerts') && paths.has('site[].@name') ? 0.9 : 0;
  },
  parse: bySyntax({
    xml: xmlParser<XmlState>({ elements: XML_ELEMENTS, begin: beginXml, read: readXml, extra: bareXmlAlerts }),
    json: jsonParser<JsonState>({ elements: JSON_ELEMENTS, begin: beginJson, read: readJson, extra: bareJsonAlerts }),
  }),
};

interface XmlState {
  readonly root: XmlNode;
  /** Alerts of which an instance was read, by their path. */
  readonly read: Map<string, Field>;
}

interface JsonState {
  readonly report: Fields;
  readonly read: Map<string, Field>;
}

function metaOf(version: string, generated: string, sites: readonly string[]): ReportMeta {
  const problems: ReportProblem[] = sites.length > 1 ? [{ code: 'several_sites', message: `the report holds ${sites.length} sites; its findings are filed under the first unless the upload names one`, position: '' }] : [];
  return { tool: 'zap', toolVersion: version, scannedAt: isoTime(generated), success: null, hints: { url: sites[0] ?? '' }, problems };
}

function beginXml(rest: unknown): { meta: ReportMeta; state: XmlState } {
  const root = rest as XmlNode | undefined;
  if (root?.name !== 'OWASPZAPReport') throw new ReportError('missing_parts', 'a ZAP report has the root element OWASPZAPReport');
  const sites = childrenOf(root, 'site').map((site) => site.attributes['name'] ?? '').filter((name) => name !== '');
  return { meta: metaOf(root.attributes['version'] ?? '', root.attributes['generated'] ?? '', sites), state: { root, read: new Map() } };
}

function readXml(element: XmlElement, state: XmlState): DraftInput {
  if (element.path.length === 3) return checked((name) => childText(element.value, name), (name) => childText(element.value, name));
  const key = element.path.slice(0, 3).join('|');
  let alert = state.read.get(key);
  if (!alert) {
    const node = alertAt(state.root, element.path);
    if (!node) throw new ResultRefusal('missing_field', 'the instance stands in no alert');
    state.read.set(key, (alert = remembered((name) => childText(node, name))));
  }
  return checked(alert, (name) => childText(element.value, name));
}

/** Indexes of an instance's path: site, alerts, alertitem, instances, instance. */
function alertAt(root: XmlNode, path: readonly number[]): XmlNode | undefined {
  const alerts = childrenOf(childrenOf(root, 'site')[path[0] ?? -1], 'alerts')[path[1] ?? -1];
  return alerts && childrenOf(alerts, 'alertitem')[path[2] ?? -1];
}

/** Alerts without instances: old versions name the URI on the alert itself, others mean the whole site. */
function bareXmlAlerts(state: XmlState): XmlElement[] {
  const bare: XmlElement[] = [];
  childrenOf(state.root, 'site').forEach((site, siteIndex) => childrenOf(site, 'alerts').forEach((alerts, alertsIndex) => childrenOf(alerts, 'alertitem').forEach((alert, index) => {
    const path = [siteIndex, alertsIndex, index];
    if (!state.read.has(path.join('|'))) bare.push({ pattern: 0, path, position: 0, value: withUri(alert, site), refusal: undefined, head: undefined });
  })));
  return bare;
}

function withUri(alert: XmlNode, site: XmlNode): XmlNode {
  if (childText(alert, 'uri') !== '') return alert;
  return { ...alert, children: [...alert.children, { name: 'uri', attributes: {}, children: [], text: site.attributes['name'] ?? '', index: 0 }] };
}

function beginJson(rest: unknown): { meta: ReportMeta; state: JsonState } {
  if (!isFields(rest) || !Array.isArray(rest['site'])) throw new ReportError('missing_parts', 'a ZAP report has a list "site"; this document has none');
  const sites = rest['site'].filter(isFields).map((site) => looseText(site, '@name')).filter((name) => name !== '');
  return { meta: metaOf(looseText(rest, '@version'), looseText(rest, '@generated') || looseText(rest, 'created'), sites), state: { report: rest, read: new Map() } };
}

function member(list: unknown, index: number): unknown {
  return Array.isArray(list) ? list[index] : undefined;
}

function readJson(element: SplitElement, state: JsonState): DraftInput {
  if (element.path.length === 2) {
    const bare = fieldsOf(element.value, 'the alert');
    return checked((name) => text(bare, name), (name) => text(bare, name));
  }
  const key = element.path.slice(0, 2).join('|');
  let alert = state.read.get(key);
  if (!alert) {
    const site = member(state.report['site'], element.path[0] ?? -1);
    const fields = fieldsOf(isFields(site) ? member(site['alerts'], element.path[1] ?? -1) : undefined, 'the alert');
    state.read.set(key, (alert = remembered((name) => text(fields, name))));
  }
  const instance = fieldsOf(element.value, 'the instance');
  return checked(alert, (name) => text(instance, name));
}

function bareJsonAlerts(state: JsonState): SplitElement[] {
  const bare: SplitElement[] = [];
  (state.report['site'] as readonly unknown[]).forEach((site, siteIndex) => {
    const alerts = isFields(site) && Array.isArray(site['alerts']) ? site['alerts'] : [];
    alerts.forEach((alert: unknown, index: number) => {
      const path = [siteIndex, index];
      if (!state.read.has(path.join('|'))) bare.push({ pattern: 0, path, keys: [], position: 0, value: isFields(alert) && isFields(site) ? { uri: site['@name'], ...alert } : alert, refusal: undefined, head: undefined });
    });
  });
  return bare;
}

/** The fields of an alert are read once, however many instances it has. */
function remembered(read: Field): Field {
  const known = new Map<string, string>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) known.set(name, (value = read(name)));
    return value;
  };
}

function checked(alert: Field, instance: Field): DraftInput {
  if (alert('pluginid') === '' && alert('alertRef') === '' && alert('name') === '' && alert('alert') === '') throw new ResultRefusal('missing_field', 'the alert has neither "pluginid" nor "name"');
  return readInstance(alert, instance);
}
