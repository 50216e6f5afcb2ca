/** Numbers of findings of each world. */
export const SIZE = { none: 0, few: 23, many: 1_000_000 };
const DAY = 86_400_000;
export const ago = (days) => new Date(Date.now() - days * DAY).toISOString().replace(/\.\d+Z/, 'Z');
export const sha = (seed) => Array.from({ length: 64 }, (_, i) => ((seed * 2654435761 + i * 40503) >>> (i % 13)) % 16).map((n) => n.toString(16)).join('');

const REPOS = [['acme/pay', 'payments', 'checkout', 'pay-api'], ['acme/shop', 'storefront', 'storefront', 'shop-web'], ['acme/ledger', 'core', 'back-office', 'ledger-worker'], ['acme/platform-infrastructure-and-shared-terraform-modules', '', 'back-office', '']];
const KINDS = [
  { class: 'sca', title: 'Command injection in lodash', ids: ['CVE-2021-23337', 'GHSA-35JH-R3H4-6JHM'], cwe: 'CWE-94', purl: 'pkg:npm/lodash@4.17.20', fixed: ['4.17.21'], tools: ['Trivy', 'Grype'], rule: 'CVE-2021-23337', severity: 'high' },
  { class: 'sast', title: 'SQL injection: user input reaches a query built by concatenation', ids: [], cwe: 'CWE-89', path: 'src/orders/order-repository.ts', line: 84, tools: ['Semgrep', 'CodeQL'], rule: 'javascript.sequelize.sql-injection', severity: 'critical' },
  { class: 'container', title: 'Heap overflow in libwebp (ReadHuffmanCodes)', ids: ['CVE-2023-4863'], cwe: 'CWE-787', purl: 'pkg:deb/debian/libwebp7@1.2.4-0.2?arch=amd64&distro=debian-12', fixed: ['1.2.4-0.2+deb12u1'], tools: ['Trivy'], rule: 'CVE-2023-4863', severity: 'critical' },
  { class: 'secrets', title: 'AWS access key in source', ids: [], cwe: 'CWE-798', path: 'deploy/scripts/legacy/bootstrap-production-environment.sh', line: 12, tools: ['Gitleaks'], rule: 'aws-access-token', severity: 'high' },
  { class: 'iac', title: 'Security group allows 0.0.0.0/0 to port 22', ids: [], cwe: 'CWE-284', path: 'terraform/modules/network/security-groups.tf', line: 31, tools: ['Checkov'], rule: 'CKV_AWS_24', severity: 'medium' },
  { class: 'dast', title: '<img src=x onerror=alert(58)> reflected in the search page', ids: [], cwe: 'CWE-79', url: 'https://shop.acme.example/search', parameter: 'q', tools: ['ZAP'], rule: '40012', severity: 'medium' },
  { class: 'sca', title: 'Uncontrolled recursion in a very long dependency title that nobody would ever be able to read in one line without cutting it somewhere in the middle of what it says', ids: ['CVE-2022-25883'], cwe: 'CWE-1333', purl: 'pkg:npm/%40acme/internal-shared-component-library@12.4.0-beta.20260101', fixed: [], tools: ['Trivy', 'Grype', 'Snyk'], rule: 'CVE-2022-25883', severity: 'low' },
];
const TRI = ['yes', 'unknown', 'no'];
export const idOf = (index) => `01930000-0000-7000-8000-${String(index).padStart(12, '0')}`;

export const bandOf = (score) => (score >= 80 ? 'act' : score >= 60 ? 'attend' : score >= 30 ? 'track' : 'defer');

export function findingAt(world, index) {
  const kind = KINDS[index % KINDS.length];
  const [repository, team, application, service] = REPOS[index % REPOS.length];
  const share = world === 'many' ? Math.log10(index + 1) / 6 : index / 23;
  const score = Math.round((96.4 - share * 84 + (index % 3) * 0.31) * 100) / 100;
  const deployed = index < 6 ? 'yes' : TRI[(index * 7) % 3];
  const exposure = deployed === 'no' ? 'none' : index < 5 ? 'internet' : ['internet', 'internal', 'unknown', 'limited'][(index * 5) % 4];
  const exposed = exposure === 'unknown' ? 'unknown' : exposure === 'internet' || exposure === 'limited' ? 'yes' : 'no';
  const status = index % 11 === 9 ? 'awaiting-verification' : index % 13 === 5 ? 'reopened' : 'open';
  return {
    id: idOf(index), issueId: `issue-${index}`, fixId: kind.fixed?.length ? `fix-${index}` : null, title: kind.title, class: kind.class, status, decision: null, severity: kind.severity, score, band: bandOf(score),
    identifiers: kind.ids, weaknesses: [kind.cwe], component: kind.purl ? { purl: kind.purl, fixedVersions: kind.fixed } : null,
    location: kind.path ? { path: kind.path, startLine: kind.line, endLine: kind.line + 2, snippet: kind.class === 'sast' ? "  const sql = `select * from orders where id = ${request.params.id}`;\n  return this.connection.query(sql);" : '' } : kind.url ? { url: kind.url, method: 'GET', parameter: kind.parameter } : null,
    rules: kind.tools.map((tool) => ({ tool, id: kind.rule })), tools: kind.tools, asset: kind.class === 'container' || kind.class === 'sca' ? `image-name:123456789012.dkr.ecr.eu-west-1.amazonaws.com/${repository}` : `repo:github.com/${repository}`,
    application, service, repository: `github.com/${repository}`, team, environment: 'production', ownerSource: team ? `CODEOWNERS line 14 in ${repository}, read 3 h ago; it outranks the catalog.` : '',
    deployed, exposed, exposure, reachable: index % 4 === 0 ? 'yes' : index % 4 === 3 ? 'no' : 'unknown',
    firstSeen: ago(34 - (index % 30)), lastSeen: ago((index % 5) / 10), dueAt: index % 9 === 8 ? null : ago(-((index * 3) % 40) + 3), baseline: false,
    flags: index === 1 ? ['identity_ambiguous'] : [], ticket: index % 3 === 0 ? { id: `ticket-${index}`, status: 'open', url: 'https://github.example/acme/pay/issues/42', key: `#${40 + (index % 50)}` } : null,
  };
}

export function findingById(world, id) {
  const index = Number(id.slice(24));
  return id === idOf(index) && index < SIZE[world] ? findingAt(world, index) : undefined;
}

export function explanationOf(finding) {
  const at = finding.lastSeen;
  const base = [
    ['severity', finding.severity === 'critical' ? '9.8 (CVSS 3.1)' : `${finding.severity} (7.2)`, 'GitHub advisory', at, 39.4],
    ['likelihood', finding.identifiers.length ? 'EPSS 0.31 (CVE-2021-23337)' : 'sast: CWE-89, often exploited', finding.identifiers.length ? 'EPSS 2025.03.14' : 'non-CVE model', at, 11.2],
    ['exploited', finding.class === 'container' ? 'exploited in the wild (CVE-2023-4863 in KEV)' : 'not listed in KEV', 'CISA KEV', at, finding.class === 'container' ? 22.6 : 0],
    ['deployed', finding.deployed === 'yes' ? 'yes: runs in 3 tasks of pay-api' : finding.deployed, 'chain', at, finding.deployed === 'yes' ? 4.1 : finding.deployed === 'no' ? -31 : 0],
    ['exposed', finding.exposure === 'internet' ? 'internet: through alb-pay' : finding.exposure, 'chain', at, finding.exposure === 'internet' ? 12.8 : finding.exposure === 'internal' ? -18.2 : 0],
    ['reachable', finding.reachable === 'yes' ? 'runtime' : finding.reachable === 'no' ? 'unreachable' : 'unknown', finding.reachable === 'unknown' ? 'prior: no tool says so' : 'Semgrep', at, finding.reachable === 'yes' ? 6.3 : finding.reachable === 'no' ? -9.5 : 0],
    ['environment', 'production', 'chain', at, 2.1],
  ];
  const sum = base.reduce((total, row) => total + row[4], 0);
  base.push(['criticality', 'high', 'application', at, Math.round((finding.score - sum) * 100) / 100]);
  const bandText = { exposed: [['internal', 'on an internal load balancer'], ['limited', 'behind an allow-list or a sign-in']], deployed: [['no', 'if nothing ran it']], reachable: [['unreachable', 'if no call reached the flawed code']] };
  return {
    score: finding.score, band: finding.band, formulaVersion: '1.0.0', factors: base.map(([name, value, source, observedAt, contribution]) => ({ name, value, source, observedAt, contribution })),
    ssvc: 'SSVC: Attend (exploitation none known, automatable yes, technical impact total, mission high)',
    counterfactuals: Object.entries(bandText).flatMap(([factor, all]) => all.map(([value, phrase], i) => { const score = Math.max(4, finding.score - 24 - i * 11); return { factor, value, text: `${phrase}: ${Math.round(finding.score)} → ${Math.round(score)}`, score, band: bandOf(score), delta: score - finding.score }; })),
  };
}

export function historyOf(finding) {
  return [
    { at: finding.lastSeen, who: 'Throughline', what: 'score: 74.2 → 91; band: attend → act; exposed: limited → internet', why: 'its deployment context changed', cause: 'chain', scan: null, finding: null },
    { at: ago(1), who: 'Grace', what: 'decision: accepted-risk → none; score: 4 → 74.2', why: 'the exception was revoked', cause: 'decision', scan: null, finding: null },
    { at: ago(2), who: 'Throughline', what: 'ticket acme/pay#42 is open', why: 'a routing rule chose its fix', cause: 'ticket', scan: null, finding: null },
    { at: ago(4), who: 'Ada', what: 'another finding was merged into it; seen by: Trivy → Grype, Trivy', why: 'Both tools mean the same advisory', cause: 'correction', scan: null, finding: null },
    { at: ago(5), who: 'Throughline', what: 'evidence: awaiting verification → open', why: 'shown by a scan', cause: 'finding', scan: idOf(901), finding: null },
    { at: ago(6), who: 'Throughline', what: 'evidence: open → awaiting verification', why: 'not shown by the last complete scan of its scope', cause: 'finding', scan: idOf(900), finding: null },
    { at: finding.firstSeen, who: 'Throughline', what: 'first seen and scored', why: 'a scan showed it', cause: 'finding', scan: idOf(902), finding: null },
  ];
}

export function funnel(world) {
  const many = [[8_231_904, 0], [1_000_000, 0], [214_380, 61_204], [39_117, 18_460], [31_902, 24_715], [412, 0]];
  const few = [[212, 0], [23, 0], [15, 6], [9, 3], [7, 4], [5, 0]];
  const counts = world === 'none' ? many.map(() => [0, 0]) : world === 'few' ? few : many;
  return { at: ago(0.001), steps: ['raw', 'unique', 'deployed', 'exposed', 'reachable', 'act'].map((name, i) => ({ name, count: counts[i][0], unknown: counts[i][1] })), coverage: world === 'none' ? {} : { deployed: 0.71, exposed: 0.64, reachable: 0.31 } };
}

export function scans(world) {
  if (world === 'none') return [];
  const target = (i) => (i % 2 ? { repository: `github.com/${REPOS[i % 3][0]}`, commit: sha(i).slice(0, 40), branch: 'main' } : { image: `image:123456789012.dkr.ecr.eu-west-1.amazonaws.com/${REPOS[i % 3][0]}@sha256:${sha(i)}` });
  const one = (i, over = {}) => ({ id: idOf(900 + i), status: 'done', tool: ['Trivy', 'Semgrep', 'Gitleaks', 'Checkov', 'ZAP'][i % 5], format: ['trivy-json', 'sarif-2.1.0', 'gitleaks-json', 'checkov-json', 'zap-xml'][i % 5], target: target(i), coverage: 'complete', counts: { reported: 90 + i * 7, observed: 90 + i * 7, quarantined: 0, new: i % 4, changed: 1, unchanged: 80 + i * 7, reopened: i % 2, merged: 8, absent: i % 3, fixed: i % 5 }, problems: [], timings: { receivedAt: ago(i / 7 + 0.02), doneAt: ago(i / 7 + 0.019) }, ...over });
  return [one(0), one(1), one(2, { status: 'partial', counts: { reported: 104, observed: 102, quarantined: 2, new: 3, changed: 0, unchanged: 99, reopened: 0, merged: 0, absent: 0, fixed: 0 }, problems: [{ code: 'bad_result', message: 'Result 17 has no rule id; it is kept in quarantine.', position: 'runs[0].results[17]' }] }),
    one(3, { status: 'rejected', tool: '', counts: { reported: 0, observed: 0, quarantined: 0, new: 0, changed: 0, unchanged: 0, reopened: 0, merged: 0, absent: 0, fixed: 0 }, problems: [{ code: 'truncated', message: 'The report ends inside a string. Upload it again, whole.', position: 'byte 48,213' }] }), one(4, { duplicateOf: idOf(900) }), ...Array.from({ length: world === 'many' ? 60 : 5 }, (_, i) => one(i + 5))];
}

export function connectors(world) {
  if (world === 'none') return [];
  return [
    { id: 'aws-prod', kind: 'aws', cursor: 'x', lastSuccess: ago(0.01), counts: { services: 12, loadBalancers: 3, images: 48 }, errors: [], gaps: ['Account 999988887777 refused ecs:DescribeServices; its services are unknown.'] },
    { id: 'github-acme', kind: 'github', cursor: 'y', lastSuccess: ago(0.02), counts: { repositories: 31, runs: 812 }, errors: [], gaps: [] },
    { id: 'epss', kind: 'epss', cursor: '2026-11-20', lastSuccess: ago(2), counts: { advisories: 289_114 }, errors: ['The feed answered 503 three times; the scores of 20 Nov are in use.'], gaps: [] },
    { id: 'kev', kind: 'kev', cursor: null, lastSuccess: ago(0.3), counts: { advisories: 1488 }, errors: [], gaps: [] },
  ];
}

export const deadLetters = (world) => (world === 'many' ? [{ id: idOf(1), at: ago(0.2), step: 'normalization', code: 'UndecodableRecord', reason: 'Schema id 4711 is not known to the registry.', topic: 'aspm.scan.received.v1', position: '3 / 88123', scan: idOf(903) }] : []);
export const tokens = (world) => [{ id: 't1', name: 'Administrator', role: 'admin', createdAt: ago(9), lastUsedAt: ago(0.001), expiresAt: null }, ...(world === 'none' ? [] : [{ id: 't2', name: 'CI of acme/pay', role: 'ingest-only', createdAt: ago(6), lastUsedAt: ago(0.1), expiresAt: ago(-84) }])];
export const tickets = () => [{ id: 'ticket-0', fixId: 'fix-0', team: 'payments', destination: 'github-issues', status: 'open', url: 'https://github.example/acme/pay/issues/42', key: 'acme/pay#42', findings: ['a', 'b', 'c'], lastSync: ago(0.02), lastError: null }, { id: 'ticket-3', fixId: 'fix-3', team: 'payments', destination: 'github-issues', status: 'failed', url: '', findings: ['a'], lastSync: ago(0.2), lastError: '403 Resource not accessible by integration' }];

export function durable(world, kind) {
  if (world === 'none') return kind === 'environments' ? [{ slug: 'production', name: 'Production' }] : [];
  switch (kind) {
    case 'teams': return [{ slug: 'payments', name: 'Payments', members: 6 }, { slug: 'storefront', name: 'Storefront', members: 8 }, { slug: 'core', name: 'Core', members: 4 }];
    case 'applications': return [{ slug: 'checkout', name: 'Checkout', criticality: 'critical', team: 'payments' }, { slug: 'storefront', name: 'Storefront', criticality: 'high', team: 'storefront' }, { slug: 'back-office', name: 'Back office', criticality: 'medium', team: 'core' }];
    case 'services': return [{ slug: 'pay-api', name: 'pay-api', application: 'checkout', exposure: 'internet', environment: 'production', urn: 'service:arn:aws:ecs:eu-west-1:123456789012:service/prod/pay-api' }, { slug: 'shop-web', name: 'shop-web', application: 'storefront', exposure: 'limited', environment: 'production' }, { slug: 'ledger-worker', name: 'ledger-worker', application: 'back-office', exposure: 'unknown', environment: 'production' }];
    case 'environments': return [{ slug: 'production', name: 'Production' }, { slug: 'staging', name: 'Staging' }];
    default: return [{ slug: 'terraform', pattern: 'github.com/acme/platform-*', team: 'core' }];
  }
}

export function assets(world, kind) {
  if (world === 'none') return [];
  if (kind === 'repository') return REPOS.map(([name]) => ({ urn: `repo:github.com/${name}`, kind, name, attributes: { defaultBranch: 'main' } }));
  return [['pay-api', 3], ['shop-web', 2], ['ledger-worker', 1]].map(([name, runningCount], i) => ({ urn: `service:arn:aws:ecs:eu-west-1:123456789012:service/prod/${name}`, kind, name, attributes: i === 2 ? { resolved: false } : { launchType: 'FARGATE', runningCount, desiredCount: runningCount } }));
}
