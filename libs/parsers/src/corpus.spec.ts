import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseAll, reportOf } from './api/conformance-io.js';
import { detectFormat } from './detect.js';
import { PARSERS } from './registry.generated.js';

interface Expected {
  readonly file: string;
  readonly format: string;
  readonly results: number;
}

const here = dirname(fileURLToPath(import.meta.url));
const corpus = resolve(here, '../../../../shared/corpus');
const present = existsSync(join(corpus, 'expected.json'));

/**
 * Files in which the reference reader counts otherwise: each is explained in the format's doc.md under "Differences",
 * and the number here is that of the results in the file.
 */
const DIFFERENT: Readonly<Record<string, number>> = {
  'aws_inspector2/aws_inspector2_many_vul.json': 7,
  'awssecurityhub/config_many_findings.json': 0, 'awssecurityhub/config_one_finding.json': 0, 'awssecurityhub/config_repeated_findings.json': 0,
  'sarif/njsscan.sarif': 2,
  'github_secrets_detection_report/github_secrets_detection_report_many_vul.json': 2,
  'semgrep/sca-deployments-vulns.json': 21, 'anchore_grype/same_cve_different_paths.json': 2,
  'gitleaks/gitleaks8_many.json': 4, 'gitleaks/version_7.5.0.json': 8,
  'zap/0_zap_sample.xml': 12, 'zap/2_zap_sample_0_and_new_endpoint.xml': 13, 'zap/5_zap_sample_one.xml': 6, 'zap/some_2.9.0.xml': 17,
  'npm_audit/multiple_cwes2.json': 15, 'npm_audit_7_plus/one_vuln.json': 2, 'yarn_audit/yarn_audit_multiple_cwes2.json': 5,
  'snyk/snykcontainer_issue_9270.json': 37, 'nuclei/many_findings.json': 18, 'nuclei/multiple_v3.json': 6, 'trufflehog/v2_many_vulns.json': 64, 'trufflehog/v3_github.json': 4, 'trufflehog3/many_vulns_current.json': 4,
};
/** Formats that the reference names otherwise. */
const NAMED: Readonly<Record<string, string>> = {
  aws_inspector2: 'aws-inspector2', awssecurityhub: 'asff', github_sast: 'github-code-scanning', github_secrets_detection_report: 'github-secret-scanning',
  anchore_grype: 'grype', detect_secrets: 'detect-secrets', semgrep_pro: 'semgrep',
  npm_audit: 'npm-audit', npm_audit_7_plus: 'npm-audit', pnpm_audit: 'npm-audit', yarn_audit: 'yarn-audit',
  dependency_check: 'dependency-check', cargo_audit: 'cargo-audit', osv_scanner: 'osv-scanner', pip_audit: 'pip-audit', trufflehog3: 'trufflehog',
};
/** One shape that several tools write: the reference has a folder for each. */
const FILES_NAMED: Readonly<Record<string, string>> = { 'yarn_audit/issue_6495.json': 'npm-audit' };
const formatOf = (file: Expected): string => FILES_NAMED[file.file] ?? NAMED[file.format] ?? file.format;
/** Nothing but `null` or `[]`: only the upload can say which tool wrote it. */
const NEEDS_FORMAT = new Set(['gitleaks/no_findings.json', 'github_sast/github_sast_zero_vul.json', 'github_secrets_detection_report/github_secrets_detection_report_zero_vul.json', 'pip_audit/empty.json', 'trufflehog3/zero_vulns.json']);

/** Not a byte in them: refused, as a run that broke off leaves the same. */
const EMPTY_FILES = new Set(['nuclei/empty.jsonl', 'osv_scanner/no_findings.json']);

if (!present) console.info(`corpus tests pass without running: there is no corpus at ${corpus}`);

describe('the corpus', () => {
  const expected = present ? (JSON.parse(readFileSync(join(corpus, 'expected.json'), 'utf8')) as Expected[]).filter((file) => PARSERS.some((parser) => parser.id === formatOf(file)) && !EMPTY_FILES.has(file.file)) : [];
  const cases = expected.map((file) => [file.file, file] as const);

  if (cases.length === 0) it('is absent', () => undefined);
  else it.each(cases)('%s gives the number of results that it holds', async (_name, file) => {
    const bytes = readFileSync(join(corpus, 'samples', file.file));
    const parser = PARSERS.find((one) => one.id === formatOf(file));
    const parsed = await parseAll(parser as NonNullable<typeof parser>, reportOf(bytes, file.file));
    expect(parsed.error).toBeUndefined();
    expect(parsed.quarantined).toEqual([]);
    expect(parsed.summary?.reported).toBe(parsed.drafts.length);
    expect(parsed.drafts.length).toBe(DIFFERENT[file.file] ?? file.results);
    if (file.file in DIFFERENT) expect(readFileSync(join(here, 'tools', formatOf(file), 'doc.md'), 'utf8').includes(file.file.split('/')[1] as string)).toBe(true);
    const found = detectFormat(bytes.subarray(0, 64 * 1024), 'report');
    expect(found.kind === 'detected' ? found.detection.parser.id : found.kind).toBe(NEEDS_FORMAT.has(file.file) ? 'unknown' : formatOf(file));
  });

  it('gives no parser a file of another format', () => {
    if (!present) return;
    const wrong: string[] = [];
    for (const folder of readdirSync(join(corpus, 'samples'))) {
      for (const entry of readdirSync(join(corpus, 'samples', folder), { withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const { name } = entry;
        const found = detectFormat(readFileSync(join(corpus, 'samples', folder, name)).subarray(0, 64 * 1024), name);
        if (found.kind === 'detected' && found.detection.parser.id !== (FILES_NAMED[`${folder}/${name}`] ?? NAMED[folder] ?? folder)) wrong.push(`${folder}/${name} as ${found.detection.parser.id}`);
      }
    }
    expect(wrong).toEqual(KNOWN_RELATIVES);
  });
});

/** Files of another folder that are rightly what they are taken for: SARIF that their tools write, alerts of another kind. */
const KNOWN_RELATIVES: readonly string[] = [
  'cppcheck/cppcheck_many_vuln.sarif as sarif', 'devskim/devskim_many_vuln.sarif as sarif', 'flawfinder/flawfinder_many_vuln.sarif as sarif', 'github_vulnerability/issue_9582.json as github-code-scanning',
  'mayhem/mayhem_api_many_vulns.sarif as sarif', 'mayhem/mayhem_api_one_vuln.sarif as sarif', 'mayhem/mayhem_code_no_vulns.sarif as sarif', 'snyk_code/single_project_many_vulns.json as sarif',
];
