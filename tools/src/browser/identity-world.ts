import { api, type Platform } from './browser.js';

/** A repository of its own a run, so that a platform that is used twice tells the same story twice. */
export const identityRepository = (): string => `github.com/acme/identity-${Date.now().toString(36)}`;

export interface Flaw { readonly rule: string; readonly title: string; readonly path: string; readonly line: number; readonly code: string; readonly cwe: string }

export const QUERY: Flaw = { rule: 'js.sql-injection', title: 'SQL injection: input reaches a query', path: 'src/orders.js', line: 12, code: 'return db.query(`select * from orders where id = ${request.params.id}`);', cwe: 'CWE-89' };
export const EVAL: Flaw = { rule: 'js.eval', title: 'Use of eval', path: 'src/rules.js', line: 7, code: 'return eval(rule.expression);', cwe: 'CWE-95' };
export const REDIRECT: Flaw = { rule: 'js.open-redirect', title: 'Open redirect', path: 'src/login.js', line: 30, code: 'response.redirect(request.query.next);', cwe: 'CWE-601' };
/** The same query as another tool names it. */
export const QUERY_ELSEWHERE: Flaw = { ...QUERY, rule: 'sql-injection-through-template', title: 'Tainted SQL string' };

/** A report of a tool that looked everywhere. */
export function sarif(tool: string, flaws: readonly Flaw[]): string {
  return JSON.stringify({
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: tool, rules: flaws.map((flaw) => ({ id: flaw.rule, shortDescription: { text: flaw.title }, properties: { tags: [flaw.cwe, 'security'] } })) } },
      invocations: [{ executionSuccessful: true }],
      results: flaws.map((flaw) => ({
        ruleId: flaw.rule, level: 'error', message: { text: flaw.title },
        locations: [{ physicalLocation: { artifactLocation: { uri: flaw.path }, region: { startLine: flaw.line, endLine: flaw.line, startColumn: 3, endColumn: 3 + flaw.code.length, snippet: { text: flaw.code } } } }],
      })),
    }],
  });
}

interface Receipt { readonly id: string; readonly status: string; readonly counts: Readonly<Record<string, number>> }

/** Uploads a report of a commit and waits until it is deduplicated and scored. */
export async function scanned(platform: Platform, repository: string, commit: number, report: string): Promise<Receipt> {
  const sha = String(commit).padStart(40, 'a');
  const { id } = await api<{ id: string }>(platform, `/v1/scans?repository=${encodeURIComponent(repository)}&branch=main&commit=${sha}`, { method: 'POST', body: report, headers: { 'content-type': 'application/json' } });
  for (let tries = 0; tries < 120; tries += 1) {
    const receipt = await api<Receipt>(platform, `/v1/scans/${id}`);
    if (!['queued', 'processing'].includes(receipt.status)) return receipt;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  throw new Error(`Scan ${id} was not scored within a minute.`);
}
