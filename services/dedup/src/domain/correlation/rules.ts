/**
 * Rules whose ids are bare codes and whose weakness is general, as their tools document them: Bandit's test plugins,
 * gosec's rules (G7xx follow data, the others match patterns), SonarQube's security rules, .NET's CA3xxx. A rule that names its flaw in words needs no line here.
 */
const RULES: Readonly<Record<string, string>> = {
  'code-injection': 'B102 B307 B612 S1523 S5334',
  'command-injection': 'B601 B602 B603 B604 B605 B606 G204 G702 S2076 S4721 CA3006',
  'sql-injection': 'B608 B610 B611 G201 G202 G701 S2077 S3649 CA3001',
  deserialization: 'B301 B302 B506 B614 S5135',
  xss: 'B308 B701 B702 B703 B704 G203 G705 S5131 S5247 CA3002',
  'path-traversal': 'G304 G305 G703 B202 S2083 S6096 CA3003',
  ssrf: 'G107 G704 S5144',
  xxe: 'B313 B314 B315 B316 B317 B318 B319 B320 B405 B406 B407 B408 B409 B410 B411 S2755',
  'open-redirect': 'S5146 CA3007',
  'ldap-injection': 'S2078 CA3005',
  'xpath-injection': 'S2091 CA3008',
  'hard-coded-credential': 'B105 B106 B107 G101 S2068 S6418 S6437',
  'weak-hash': 'B303 B324 G401 G501 G505 S4790 S5344',
  'weak-cipher': 'B304 B305 G405 G502 G503 S5542 S5547',
  'weak-key': 'B505 G403 S4426',
  'weak-tls': 'B502 B503 B504 S4423',
  'weak-random': 'B311 G404 S2245',
  'certificate-validation': 'B323 B501 S4830 S5527',
  cleartext: 'B312 B321 B401 B402 S5332',
  redos: 'S2631 S5852 CA3012',
  'debug-enabled': 'B201 S4507',
  'bind-all-interfaces': 'B104 G102',
  'temp-file': 'B108 B306 G303 S5443 S5445',
  permissions: 'B103 G301 G302 G306 S2612',
  'missing-timeout': 'B113',
  'dynamic-url': 'B310',
  'search-path': 'B607',
  'wildcard-injection': 'B609',
  'unmaintained-library': 'B413',
  snmp: 'B508 B509',
  'host-key-verification': 'B507',
  assert: 'B101',
  'swallowed-error': 'B110 B112 G104',
  'decompression-bomb': 'G110 S5042',
  slowloris: 'G112',
  'integer-overflow': 'G109 G115',
  'cookie-secure': 'S2092',
  'cookie-httponly': 'S3330',
  csrf: 'S4502',
  cors: 'S5122',
  'nosql-injection': 'S5147',
  'log-injection': 'G706 S5145',
  'header-injection': 'G707',
  'signature-verification': 'S5659',
};

const TOOLS: readonly (readonly [tool: RegExp, code: RegExp])[] = [
  [/bandit/, /^B\d{3}$/], [/gosec/, /^G\d{3}$/], [/sonar/, /^S\d{4}$/], [/./, /^CA3\d{3}$/], [/semgrep|gitlab|ruff|flake8/, /^[BG]\d{3}$/],
];

/** Ruff and flake8 have Bandit's rules under its numbers: S307 is B307. */
const PORTS = /ruff|flake8/;

const KIND_OF = new Map(Object.entries(RULES).flatMap(([kind, codes]) => codes.split(' ').map((code) => [code, kind] as const)));

/** The kind of flaw of a coded rule: `B307`, `gosec.G404-1`, `python:S4790`. */
export function kindOfRule(tool: string, rule: string): string | undefined {
  const own = /(?:^|[.:/])([A-Z]{1,2}\d{3,4})(?:-\d+)?$/.exec(rule)?.[1] ?? '';
  const code = PORTS.test(tool) && /^S\d{3}$/.test(own) ? own.replace('S', 'B') : own;
  return TOOLS.some(([name, shape]) => name.test(tool) && shape.test(code)) ? KIND_OF.get(code) : undefined;
}
