import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseAll, reportOf } from './api/conformance-io.js';
import type { FindingDraft } from './api/index.js';
import { detectFormat } from './detect.js';

const here = dirname(fileURLToPath(import.meta.url));
const reports = resolve(here, '../../../../shared/corpus/target/reports');
const present = existsSync(reports);
if (!present) console.info(`tests on one target pass without running: there are no reports at ${reports}`);

async function read(file: string): Promise<readonly FindingDraft[]> {
  const bytes = readFileSync(file);
  const found = detectFormat(bytes.subarray(0, 64 * 1024), 'report');
  if (found.kind !== 'detected') throw new Error(`${file} is ${found.kind}`);
  const parsed = await parseAll(found.detection.parser, reportOf(bytes));
  expect(parsed.error).toBeUndefined();
  expect(parsed.quarantined).toEqual([]);
  return parsed.drafts;
}
const ofTarget = (name: string): Promise<readonly FindingDraft[]> => read(join(reports, name));

/** What identity recipes read of a draft, as far as both formats of a tool can say it. */
const code = (draft: FindingDraft): string => [draft.class, draft.rule.tool, draft.rule.id, draft.location?.path, draft.location?.startLine, draft.location?.startColumn, draft.location?.snippet].join('|');
const secret = (draft: FindingDraft): string => [draft.class, draft.rule.tool, draft.rule.id, draft.location?.path, draft.location?.startLine, draft.secret?.hash].join('|');
const resource = (draft: FindingDraft): string => [draft.class, draft.rule.tool, draft.rule.id, draft.location?.path, draft.location?.resource].join('|');
const sorted = (drafts: readonly FindingDraft[], view: (draft: FindingDraft) => string): readonly string[] => drafts.map(view).sort();

describe('one scan in two formats', () => {
  it('of Bandit is the same code', async () => {
    if (present) expect(sorted(await ofTarget('bandit.json'), code)).toEqual(sorted(await ofTarget('bandit.sarif'), code));
  });

  it('of Gitleaks is the same secrets', async () => {
    if (present) expect(sorted(await ofTarget('gitleaks.json'), secret)).toEqual(sorted(await ofTarget('gitleaks.sarif'), secret));
  });

  it('of Checkov is the same resources, but for those that its SARIF does not name', async () => {
    if (!present) return;
    const [json, sarif] = [await ofTarget('checkov.json'), await ofTarget('checkov.sarif')];
    expect(sarif).toHaveLength(json.length);
    const known = new Set(sarif.map(resource));
    // Workflows are addressed by their jobs, a graph check by the pod of the deployment: neither stands in the block.
    expect(json.filter((draft) => draft.class === 'iac' && !known.has(resource(draft))).map((draft) => draft.rule.id).sort()).toEqual(['CKV2_GHA_1', 'CKV2_K8S_6', 'CKV_GHA_2']);
  });
});

describe('one secret seen by several tools', () => {
  it('has one hash: Gitleaks and Kingfisher give its value, detect-secrets and Checkov its SHA-1', async () => {
    if (!present) return;
    const all = await Promise.all(['gitleaks.json', 'gitleaks.sarif', 'kingfisher.sarif', 'detect-secrets.json', 'checkov.json'].map(ofTarget));
    const tools = new Map<string, Set<string>>();
    for (const draft of all.flat()) if (draft.secret) tools.set(draft.secret.hash, (tools.get(draft.secret.hash) ?? new Set()).add(draft.rule.tool));
    expect([...tools.values()].map((names) => [...names].sort().join(' ')).sort()).toEqual([
      'checkov gitleaks', 'detect-secrets', 'detect-secrets gitleaks', 'detect-secrets gitleaks kingfisher', 'detect-secrets gitleaks kingfisher', 'gitleaks kingfisher',
    ]);
  });

  it('is not told apart by the quotes that one of them counts in', async () => {
    const baseline = await read(join(here, 'tools/detect-secrets/fixtures/baseline.json'));
    const known = baseline.find((draft) => draft.location?.path === 'settings.ini' && draft.location.startLine === 6)?.secret?.hash;
    const leak = { RuleID: 'generic', Description: 'd', StartLine: 6, EndLine: 6, Match: 'password = "mN8$wq2Zr5Lp"', Secret: '"mN8$wq2Zr5Lp"', File: 'settings.ini', Fingerprint: 'settings.ini:generic:6' };
    const gitleaks = detectFormat(Buffer.from(JSON.stringify([leak])), 'report');
    if (gitleaks.kind !== 'detected') throw new Error('Gitleaks does not know its own');
    const { drafts } = await parseAll(gitleaks.detection.parser, reportOf(JSON.stringify([leak])));
    expect(drafts[0]?.secret?.hash).toBe(known);
  });

  it('is not let out by a result that cannot be read (FAULTS 52)', async () => {
    const sha1 = 'b53593971a1b93ad91cafc7b7540b86a528ec5cd';
    const text = JSON.stringify({ version: '1.5.0', plugins_used: [], filters_used: [], results: { 'a.ini': [{ filename: 'a.ini', hashed_secret: sha1, line_number: 6 }] } });
    const found = detectFormat(Buffer.from(text), 'report');
    if (found.kind !== 'detected') throw new Error('the baseline is not known');
    const parsed = await parseAll(found.detection.parser, reportOf(text));
    expect(parsed.quarantined).toHaveLength(1);
    expect(JSON.stringify(parsed)).not.toContain(sha1);
  });
});
