import { ago, findingAt, idOf, scans, sha, SIZE } from './mock-data.mjs';

const WHY = [
  { rule: 'same key: alias', recipe: 'package/1', fields: ['package', 'advisory'], confidence: 1, at: ago(30), by: '', evidence: 'CVE-2021-23337', scan: null },
  { rule: 'same-line', recipe: 'correlation/1', fields: ['path', 'startLine', 'weaknesses'], confidence: 0.84, at: ago(12), by: '', evidence: '', scan: idOf(901) },
  { rule: 'moved-file', recipe: 'drift/1', fields: ['snippet', 'symbol'], confidence: 0.93, at: ago(3), by: '', evidence: '', scan: idOf(900) },
  { rule: 'merged by a person', recipe: 'operator/1', fields: [], confidence: 1, at: ago(4), by: 'token:t1', evidence: 'Both tools mean the same advisory', scan: null },
];
const CODE = ["  const sql = `select * from orders where id = ${request.params.id}`;\n  return this.connection.query(sql);", "  return this.connection.query(sql);"];

/** A finding's observations: every tool twice, so that a branch, a gone one and each way of joining are seen. */
export function observationsOf(finding) {
  const of = (tool, index) => ({
    id: String(index + 1), tool, rule: finding.rules[index % finding.rules.length].id, scope: 's', line: index > 2 ? 'feature/checkout' : 'default', defaultLine: index <= 2, severity: { original: ['HIGH', 'Critical', 'error'][index % 3], normalized: index === 1 ? 'critical' : finding.severity, rule: 'tool' },
    title: finding.title, description: 'Lodash versions before 4.17.21 are vulnerable to command injection via the template function. <img src=x onerror=alert(1)> [click](javascript:alert(1))', location: finding.location && { ...finding.location, snippet: finding.class === 'sast' ? CODE[index % 2] : finding.location.snippet },
    component: finding.component, identifiers: finding.identifiers, version: `image:123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/pay@sha256:${sha(index + 3)}`, present: index !== 2, missedScans: index === 2 ? 1 : 0, firstSeen: finding.firstSeen, lastSeen: finding.lastSeen,
    firstScan: idOf(901), goneScan: index === 2 ? idOf(900) : null, join: finding.class === 'sast' ? [null, WHY[1], WHY[2], WHY[3]][index % 4] : [WHY[0], WHY[0], WHY[3]][index % 3],
    codeFlow: finding.class === 'sast' && index === 0 ? [{ path: 'src/orders/order-controller.ts', line: 22, message: 'request.params.id comes from the caller' }, { path: 'src/orders/order-service.ts', line: 41, message: 'passed on unchanged' }, { path: 'src/orders/order-repository.ts', line: 84, message: 'concatenated into SQL' }] : [],
  });
  return {
    items: [...finding.tools, ...finding.tools].map(of), next: null,
    identity: { keys: [], decisions: [], flags: finding.flags, candidates: finding.flags.map((flag) => ({ finding: idOf(8), flag })) },
  };
}

const ORDER = ['new', 'reopened', 'changed', 'moved', 'joined', 'absent', 'fixed'];

/** What a scan changed; the counts are its receipt's. */
export function changesOf(world, id, kind) {
  const { counts } = scans(world).find((one) => one.id === id) ?? { counts: {} };
  const all = { ...counts, moved: Math.min(1, counts.changed ?? 0), joined: 0 };
  const of = (name) => Array.from({ length: Math.min(20, all[name] ?? 0) }, (_, n) => ({ ...findingAt(world, (ORDER.indexOf(name) * 5 + n) % SIZE[world]), name }));
  const items = (kind ? of(kind) : ORDER.filter((name) => name !== 'changed' || !all.moved).flatMap(of)).map((one) => ({
    kind: one.name, finding: one.id, title: one.title, class: one.class, severity: one.severity, status: one.name === 'fixed' ? 'fixed' : one.name === 'absent' ? 'awaiting-verification' : one.status, statusReason: '', mergedInto: null, flags: one.flags,
    location: one.location, component: one.component, identifiers: one.identifiers, rules: one.rules, join: one.name === 'moved' ? WHY[2] : null,
  }));
  return { scan: id, completed: true, decidesAbsence: true, counts: all, items, next: null };
}
