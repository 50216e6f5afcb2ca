// Drafts and records that dedup's benches feed to the handler.
import { newId, TOPICS } from '@throughline/contracts';
import { DEFAULT_TENANT } from '@throughline/domain';

const base = { ordinal: 0, description: 'x'.repeat(200), severity: { original: 'error', normalized: 'high', rule: 'r' }, cvss: [], weaknesses: ['CWE-95'], codeFlow: [], fingerprints: {}, secret: null, suppressions: [], references: ['https://example.com/rule'], remediation: 'use a safe call instead', reachability: '', detectedAt: '', attributes: {} };
const code = (i, shift) => ({ ...base, ordinal: i, class: 'sast', title: `Finding ${i}`, rule: { tool: 'bench', id: `rule-${i % 50}`, name: 'rule', helpUri: '' }, identifiers: [], component: null, location: { path: `src/dir${i % 97}/file${i % 1009}.ts`, startLine: (i % 500) + shift + 1, endLine: (i % 500) + shift + 1, startColumn: 1, endColumn: 20, snippet: `const value${i} = eval(input${i}); // some code of usual length`, symbol: '', url: '', method: '', parameter: '', resource: '' } });
const record = (header, ordinal, drafts, marker) => ({ topic: TOPICS.findingObserved, partition: 0, offset: 0n, timestamp: 0, key: '', eventId: '', tenantId: DEFAULT_TENANT, headers: {}, value: { header, ordinal, drafts, marker } });

/** A scan of code as batches of ten parts, the marker last. */
export function* scanRecords({ asset, findings, sequence, shift, partsInBatch = 10 }) {
  const receivedAt = new Date(Date.UTC(2026, 0, 1) + sequence * 1000).toISOString();
  const header = { scanId: newId(), tenantId: DEFAULT_TENANT, sequence, tool: 'bench', toolVersion: '1', format: 'sarif', scope: `${asset}||bench||default`, receivedAt, scannedAt: receivedAt, target: { asset, version: `commit:${sequence}`, line: 'default', defaultLine: true, path: '', category: '', application: '', service: '', repository: 'github.com/acme/bench', branch: '', commit: `c${sequence}`, image: '', url: '', account: '', environment: '', build: '', pullRequest: '', base: '' } };
  const parts = Math.ceil(findings / 200);
  let batch = [];
  for (let part = 0; part < parts; part += 1) {
    batch.push(record(header, part, Array.from({ length: Math.min(200, findings - part * 200) }, (_, i) => code(part * 200 + i, shift)), null));
    if (batch.length === partsInBatch) { yield batch; batch = []; }
  }
  yield [...batch, record(header, -1, [], { parts, reported: findings, observed: findings, quarantined: 0, coverage: 'complete', rejected: '', problems: [] })];
}
