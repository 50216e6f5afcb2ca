import { utc } from '../lib/format.js';
import { list, type Loose, loose, numbers, text } from './loose.js';
import type { Band } from '@throughline/domain';
import type { Connector, ConnectorProblem, Counterfactual, DeadLetter, Explanation, HistoryEntry, Observation, Ssvc, TicketRef, Trace } from './types.js';

export function explanation(body: unknown): Explanation {
  const from = loose(body);
  return { ...(from as unknown as Explanation), factors: list(from['factors']) as Explanation['factors'], ssvc: ssvcOf(from['ssvc']), counterfactuals: list(from['counterfactuals']).map(counterfactual) };
}

function ssvcOf(value: unknown): Ssvc | null {
  if (typeof value === 'string') return value ? { decision: value } : null;
  const from = loose(value);
  const decision = text(from, 'decision', 'outcome', 'value');
  if (!decision) return null;
  const path = Array.isArray(from['path']) ? list(from['path']).map(String) : Object.entries(loose(from['path'] ?? from['inputs'])).map(([name, one]) => `${name}: ${String(one)}`);
  return { decision, path };
}

function counterfactual(value: unknown): Counterfactual {
  const from = loose(value);
  // "on an internal load balancer: 91 → 44": the picture says the numbers itself.
  const phrase = text(from, 'text', 'when', 'description').replace(/:\s*[\d.]+\s*→.*$/, '') || `if ${text(from, 'value')}`;
  return { factor: text(from, 'factor', 'name'), text: phrase, score: Number(from['score'] ?? Number.NaN), band: text(from, 'band') as Band };
}

export function historyEntry(value: unknown): HistoryEntry {
  const from = loose(value);
  return {
    at: text(from, 'at', 'time', 'changedAt'), who: text(from, 'who', 'actor', 'by', 'source') || 'Throughline', what: spoken(text(from, 'what', 'summary', 'event', 'kind', 'change', 'status')),
    why: text(from, 'why', 'reason', 'cause', 'detail'), scan: text(from, 'scan', 'scanId', 'receipt') || null, cause: text(from, 'cause'), finding: text(from, 'finding') || null,
  };
}

/** `dueAt: none → 2021-12-24T23:59:59.000Z` as a reader says it: "due: none → 24 Dec 2021". */
function spoken(what: string): string {
  const words = what.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => utc(time).replace(/ \d\d:\d\d UTC$/, '')).replace(/\bdueAt\b/g, 'due').replace(/\bslaStep\b/g, 'SLA').replace(/\b([a-z]+)([A-Z][a-z]+):/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}:`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const SHOWN_APART = new Set(['id', 'tool', 'rule', 'ruleId', 'severity', 'title', 'description', 'location', 'component', 'version', 'scan', 'scanId', 'firstSeen', 'lastSeen', 'codeFlow', 'findingId', 'tenantId', 'attributes', 'draft', 'remediation', 'identifiers', 'fingerprints', 'cvss', 'scope', 'line', 'defaultLine', 'present', 'missedScans', 'firstScan', 'goneScan', 'join']);

export function observation(value: unknown): Observation {
  const outer = loose(value);
  const from: Loose = { ...loose(outer['draft']), ...outer };
  const rule = loose(from['rule']);
  const severity = loose(from['severity']);
  const facts = Object.entries({ ...loose(from['attributes']), ...from }).filter(([name, one]) => !SHOWN_APART.has(name) && ['string', 'number', 'boolean'].includes(typeof one) && one !== '');
  return {
    id: text(from, 'id') || text(from, 'scan', 'scanId', 'lastScan'), tool: text(from, 'tool') || text(rule, 'tool'), rule: text(rule, 'id') || text(from, 'rule', 'ruleId'),
    severityOriginal: text(severity, 'original') || text(from, 'severityOriginal', 'originalSeverity'), severity: text(severity, 'normalized') || text(from, 'severity'),
    title: text(from, 'title'), description: text(from, 'description', 'message'),
    location: (from['location'] ?? null) as Observation['location'], component: (from['component'] ?? null) as Observation['component'],
    version: text(from, 'version', 'assetVersion', 'lastVersion'), scan: text(from, 'scan', 'scanId', 'lastScan'),
    firstSeen: text(from, 'firstSeen', 'firstAt', 'at', 'observedAt'), lastSeen: text(from, 'lastSeen', 'lastAt', 'at', 'observedAt'),
    codeFlow: list(from['codeFlow']) as Observation['codeFlow'],
    facts: Object.fromEntries([...(Number(from['missedScans'] ?? 0) > 0 ? [['missing in the last', `${text(from, 'missedScans')} complete scans`]] : []), ...facts.map(([name, one]) => [name, String(one)]), ...list(from['identifiers']).slice(0, 1).map(() => ['identifiers', list(from['identifiers']).join(', ')])]),
  };
}

export function trace(body: unknown): Trace {
  const from = loose(body);
  // What was judged of each service stands beside the nodes; the picture wants it on them.
  const judged = new Map(list(from['services']).map((one) => { const service = loose(one); return [text(service, 'service'), { exposure: service['exposure'], ...(list(service['reasons']).length ? { why: list(service['reasons']).join('; ') } : {}) }] as const; }));
  return {
    nodes: list(from['nodes']).map((node) => ({ ...(node as Trace['nodes'][number]), attributes: { ...loose(loose(node)['attributes']), ...judged.get(text(loose(node), 'urn')), ...(loose(node)['restricted'] === true ? { restricted: true } : {}) } })),
    links: list(from['links']) as Trace['links'],
    paths: list(from['paths']).map(pathOf).filter((path) => path.length > 0),
    gaps: list(from['gaps']).map((gap) => { const one = loose(gap); return { hop: text(one, 'hop'), reason: text(one, 'reason'), remedy: text(one, 'remedy'), asset: text(one, 'asset', 'urn', 'node', 'at'), share: shareOf(one['share']) }; }),
    exposure: (text(from, 'exposure') || 'unknown') as Trace['exposure'], owner: text(from, 'owner') || null, partial: from['partial'] === true,
  };
}

const shareOf = (value: unknown): number | null => (typeof value === 'number' ? value : typeof loose(value)['share'] === 'number' ? loose(value)['share'] as number : null);

function pathOf(path: unknown): readonly string[] {
  const steps = Array.isArray(path) ? path : list(loose(path)['nodes'] ?? loose(path)['urns'] ?? loose(path)['steps']);
  return steps.map((step) => (typeof step === 'string' ? step : text(loose(step), 'urn'))).filter(Boolean);
}

export function connector(value: unknown): Connector {
  const from = loose(value);
  const cursor = loose(from['cursor']);
  return {
    id: text(from, 'id'), kind: text(from, 'kind'), version: text(from, 'version'), config: loose(from['config']), secrets: list(from['secrets']).map(String),
    state: text(cursor, 'state'), pages: typeof cursor['pages'] === 'number' ? cursor['pages'] : 0, waitsUntil: text(cursor, 'until') || null, lastSuccess: text(from, 'lastSuccess') || null, nextRun: text(from, 'nextRun') || null,
    counts: numbers(from['counts']), errors: list(from['errors']).map(problemOf), gaps: list(from['gaps']).map(problemOf), webhook: text(from, 'webhook').replace(/^\//, `${globalThis.location?.origin ?? ''}/`), updatedBy: text(from, 'updatedBy'), updatedAt: text(from, 'updatedAt'),
  };
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function problemOf(value: unknown): ConnectorProblem {
  if (typeof value === 'string') return { at: '', code: '', text: value, scope: '', remedy: '' };
  const from = loose(value);
  return { at: text(from, 'at', 'time'), code: text(from, 'code'), text: capital(text(from, 'message', 'reason', 'detail') || JSON.stringify(value)), scope: text(from, 'scope', 'source'), remedy: text(from, 'remedy') };
}

export function deadLetter(value: unknown): DeadLetter {
  const from = loose(value);
  return {
    id: text(from, 'id'), at: text(from, 'at', 'receivedAt', 'createdAt', 'failedAt'), step: text(from, 'step', 'stage', 'consumer', 'group'),
    reason: text(from, 'reason', 'message', 'error', 'detail'), code: text(from, 'code', 'class', 'errorClass'), topic: text(from, 'topic', 'sourceTopic'),
    scan: text(from, 'scan', 'scanId') || null, position: text(from, 'position', 'offset', 'sourceOffset'),
  };
}

export function ticketOf(ticket: TicketRef | string | null | undefined): TicketRef | null {
  if (!ticket) return null;
  return typeof ticket === 'string' ? { id: ticket, status: '' } : ticket;
}
