// CPU µs a result from bytes to draft, by format: `node bench/parse.mjs` after `pnpm build`. SARIF results are 768 bytes, as in docs/architecture.md.
import { createHash, createHmac } from 'node:crypto';
import { PARSERS } from '../dist/index.js';

const COUNT = Number(process.env.RESULTS ?? 50_000);
const CHUNK = 64 * 1024;
const hashSecretSha1 = (sha1) => ({ hash: createHmac('sha256', 'bench').update(sha1).digest('hex'), keyVersion: 1 });
const context = { hashSecretSha1, hashSecret: (value) => hashSecretSha1(createHash('sha1').update(value).digest('hex')) };

function sarif(count) {
  const results = Array.from({ length: count }, (_, i) => {
    const result = {
      ruleId: `js/rule-${i % 40}`, ruleIndex: i % 40, level: i % 3 ? 'warning' : 'error', message: { text: `User-controlled value ${i} flows into a query without a parameter; bind it instead of building the text.` },
      locations: [{ physicalLocation: { artifactLocation: { uri: `src/module-${i % 700}/handler.ts`, uriBaseId: '%SRCROOT%' }, region: { startLine: (i % 900) + 1, startColumn: 7, endLine: (i % 900) + 1, endColumn: 42, snippet: { text: `  const rows = await db.query("select * from t where id = " + request.query.id${i});` } } } }],
      partialFingerprints: { 'primaryLocationLineHash': `${(i * 2654435761 >>> 0).toString(16)}:1` }, properties: { note: '' },
    };
    result.properties.note = 'n'.repeat(Math.max(0, 768 - JSON.stringify(result).length));
    return JSON.stringify(result);
  });
  const rules = Array.from({ length: 40 }, (_, i) => ({ id: `js/rule-${i}`, name: `Rule${i}`, shortDescription: { text: `Rule number ${i}` }, help: { text: 'Bind values. '.repeat(20) }, properties: { tags: ['security', 'external/cwe/cwe-089'], 'security-severity': '8.8' } }));
  return `{"version":"2.1.0","runs":[{"results":[${results.join(',')}],"tool":{"driver":{"name":"bench","rules":${JSON.stringify(rules)}}}}]}`;
}

function trivy(count) {
  const items = Array.from({ length: count }, (_, i) => JSON.stringify({
    VulnerabilityID: `CVE-2024-${10000 + (i % 5000)}`, PkgName: `package-${i % 3000}`, InstalledVersion: `1.${i % 50}.0`, FixedVersion: '2.0.0', Severity: 'HIGH', Title: 'Out-of-bounds read', PkgIdentifier: { PURL: `pkg:npm/package-${i % 3000}@1.${i % 50}.0` },
    Description: 'A crafted input leads to a read beyond the buffer. '.repeat(6), CweIDs: ['CWE-125'], CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', V3Score: 9.8 } }, References: ['https://example.com/a', 'https://example.com/b'],
  }));
  return `{"SchemaVersion":2,"ArtifactName":"app","ArtifactType":"filesystem","Results":[{"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[${items.join(',')}]}]}`;
}

function gitleaks(count) {
  return JSON.stringify(Array.from({ length: count }, (_, i) => ({ RuleID: 'generic-api-key', Description: 'Generic API key', StartLine: i + 1, EndLine: i + 1, StartColumn: 1, EndColumn: 60, Match: `key = "Zk9${i}qWm4Lx8Vb2Nc7Rt1"`, Secret: `Zk9${i}qWm4Lx8Vb2Nc7Rt1`, File: `src/${i % 500}.env`, Commit: 'f9ec22dff2cb0d0bb2d3b2c28ec09e9e37afbf98', Entropy: 4.2, Author: 'a', Email: 'a@b', Date: '2026-11-22T06:20:54Z', Message: 'init', Tags: [], Fingerprint: `src/${i}.env:generic-api-key:${i}` })));
}

function zap(count) {
  const instances = Array.from({ length: count }, (_, i) => `<instance><uri>https://shop.example.com/item/${i}</uri><method>GET</method><param>id</param><attack></attack><evidence>Server: nginx/1.${i % 20}</evidence></instance>`).join('');
  return `<?xml version="1.0"?><OWASPZAPReport version="2.15.0" generated="Tue, 12 May 2026 20:57:30"><site name="https://shop.example.com" host="shop.example.com" port="443" ssl="true"><alerts><alertitem><pluginid>10036</pluginid><alert>Server leaks version</alert><name>Server leaks version</name><riskcode>1</riskcode><confidence>3</confidence><desc>&lt;p&gt;The server says its version.&lt;/p&gt;</desc><instances>${instances}</instances><solution>&lt;p&gt;Hide it.&lt;/p&gt;</solution><cweid>497</cweid></alertitem></alerts></site></OWASPZAPReport>`;
}

const inputs = { sarif: sarif(COUNT), trivy: trivy(COUNT), gitleaks: gitleaks(COUNT), zap: zap(COUNT) };
async function* chunks(bytes) {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function once(parser, bytes) {
  let drafts = 0;
  const before = process.cpuUsage();
  for await (const item of parser.parse({ fileName: '', open: () => chunks(bytes) }, context)) if (item.kind === 'draft') drafts += 1;
  const { user, system } = process.cpuUsage(before);
  return { drafts, micros: (user + system) / drafts };
}

console.log('format     results   bytes/result   µs CPU/result   MB/s');
for (const parser of PARSERS) {
  if (!(parser.id in inputs)) continue;
  const bytes = Buffer.from(inputs[parser.id]);
  await once(parser, bytes);
  const runs = [await once(parser, bytes), await once(parser, bytes), await once(parser, bytes)].sort((a, b) => a.micros - b.micros);
  const { drafts, micros } = runs[1];
  const size = bytes.length / drafts;
  console.log(`${parser.id.padEnd(10)} ${String(drafts).padStart(7)}   ${size.toFixed(0).padStart(12)}   ${micros.toFixed(1).padStart(13)}   ${(size / micros).toFixed(1).padStart(4)}`);
}
console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, inputs of ${(Object.values(inputs).reduce((sum, text) => sum + text.length, 0) / 1e6).toFixed(0)} MB included`);
