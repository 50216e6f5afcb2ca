import { createHash } from 'node:crypto';

const RULES = Array.from({ length: 40 }, (_, i) => ({ id: `bench/rule-${i}`, name: `Rule${i}`, shortDescription: { text: `Rule ${i} of the benchmark` }, properties: { 'security-severity': (((i * 7) % 90) / 10 + 1).toFixed(1), tags: ['security', `external/cwe/cwe-${79 + (i % 20)}`] } }));

/**
 * A SARIF report of `count` different results of about 768 bytes each, as large code scans are. Equal arguments give equal
 * bytes.
 */
export function sarifReport(seed: string, count: number): Buffer {
  const head = JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver: { name: 'BenchScan', version: '1.0.0', rules: RULES } }, invocations: [{ executionSuccessful: true }], results: [] }] });
  const [before, after] = head.split('"results":[]') as [string, string];
  const results = Array.from({ length: count }, (_, i) => result(seed, i));
  return Buffer.from(`${before}"results":[${results.join(',')}]${after}`);
}

function result(seed: string, i: number): string {
  const hash = createHash('sha256').update(`${seed}:${i}`).digest('hex');
  const file = `src/modules/area-${i % 97}/component-${i % 1009}/handler-${i % 5003}.ts`;
  const line = 10 + (i % 900);
  return JSON.stringify({
    ruleId: `bench/rule-${i % RULES.length}`, ruleIndex: i % RULES.length, level: ['error', 'warning', 'note'][i % 3],
    message: { text: `Value ${hash.slice(0, 12)} flows from the request into a sink without a check; validate it against a list of what is allowed before it is used here.` },
    locations: [{ physicalLocation: { artifactLocation: { uri: file, uriBaseId: '%SRCROOT%' }, region: { startLine: line, startColumn: 5, endLine: line + 1, endColumn: 40, snippet: { text: `const v_${hash.slice(0, 10)} = request.query.item_${i};\n  sink(v_${hash.slice(0, 10)});` } } } }],
    partialFingerprints: { primaryLocationLineHash: hash.slice(0, 32) },
  });
}
