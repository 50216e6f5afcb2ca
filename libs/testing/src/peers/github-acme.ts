import type { GithubStandIn } from './github-stand-in.js';

export const ACME_SHA = 'a'.repeat(40);
export const ACME_DIGEST = `sha256:${'b'.repeat(64)}`;
export const ACME_OTHER_DIGEST = `sha256:${'d'.repeat(64)}`;

export const acmeRepository = (name: string, over: object = {}) => ({
  id: 42, full_name: `Acme/${name}`, html_url: `https://github.com/Acme/${name}`, default_branch: 'main', visibility: 'private', archived: false, topics: ['payments'],
  pushed_at: '2026-02-20T00:00:00Z', updated_at: '2026-02-20T00:00:00Z', ...over,
});

const blob = (text: string) => () => ({ body: { encoding: 'base64', content: Buffer.from(text).toString('base64') } });
const words = { image: `ghcr.io/acme/pay:1.4`, digest: ACME_DIGEST, service: 'prod/default/pay', environment: 'production', at: '2026-02-21T00:00:00Z' };
export const acmeBundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: { payload: 'e30=' } };

export const codeScanningAlert = (number: number, over: object = {}) => ({
  number, state: 'open', created_at: '2026-02-01T00:00:00Z', html_url: `https://github.com/Acme/pay/security/code-scanning/${number}`,
  rule: { id: 'js/zipslip', name: 'js/zipslip', severity: 'error', security_severity_level: 'high', description: 'Zip slip', tags: ['external/cwe/cwe-022'] }, tool: { name: 'CodeQL', version: '2.20' },
  most_recent_instance: { ref: 'refs/heads/main', commit_sha: ACME_SHA, state: 'open', message: { text: 'Path depends on a value.' }, location: { path: 'src/a.ts', start_line: 3, end_line: 3 } }, dismissed_by: { login: 'mallory' }, ...over,
});

/** An organization with one repository of which everything is known, and an archived one. */
export function fillAcme(github: GithubStandIn): void {
  const { routes } = github;
  const pay = '/repos/Acme/pay';
  routes.set('GET /orgs/Acme/teams', [{ id: 5, slug: 'Payments', name: 'Payments', parent: null }, { id: 6, slug: 'readers', name: 'Readers', parent: { slug: 'payments' } }]);
  routes.set('GET /orgs/Acme/teams/payments/members', [{ login: 'ann' }, { login: 'bob' }, { login: 'cid' }]);
  routes.set('GET /orgs/Acme/teams/readers/members', [{ login: 'dan' }]);
  routes.set('GET /orgs/Acme/teams/payments/repos', [acmeRepository('pay', { permissions: { pull: true, push: true, maintain: true, admin: false } })]);
  routes.set('GET /orgs/Acme/teams/readers/repos', [acmeRepository('pay', { permissions: { pull: true, push: false } })]);
  routes.set('GET /orgs/Acme/packages', [{ name: 'pay', html_url: 'https://github.com/orgs/Acme/packages/container/package/pay', repository: acmeRepository('pay'), updated_at: '2026-02-20T00:00:00Z' }]);
  routes.set('GET /orgs/Acme/packages/container/pay', () => ({ body: { name: 'pay', html_url: 'https://github.com/orgs/Acme/packages/container/package/pay', repository: acmeRepository('pay') } }));
  routes.set('GET /orgs/Acme/packages/container/pay/versions', [ACME_DIGEST, ACME_OTHER_DIGEST, `sha256:${'e'.repeat(64)}`].map((name, index) => ({ id: index, name, created_at: '2026-02-19T00:00:00Z', updated_at: '2026-02-20T00:00:00Z', metadata: { container: { tags: index === 0 ? ['1.4', 'latest'] : [] } } })));
  routes.set('POST /orgs/Acme/attestations/bulk-list', (call) => {
    const asked = (call.body as { subject_digests: string[] }).subject_digests;
    return { body: { attestations_subject_digests: { ...(asked.includes(ACME_DIGEST) && { [ACME_DIGEST]: [{ bundle: acmeBundle, repository_id: 42 }] }), [`sha256:${'9'.repeat(64)}`]: [{ bundle: acmeBundle }] }, page_info: {} } };
  });
  routes.set(`GET /orgs/Acme/artifacts/${ACME_DIGEST}/metadata/deployment-records`, () => ({ body: { deployment_records: [{ id: 1, digest: ACME_DIGEST, logical_environment: 'Prod', cluster: 'moda-1', deployment_name: 'pay', created: '2026-02-22T00:00:00Z', updated_at: '2026-02-22T00:00:00Z' }] } }));
  const repositories = [acmeRepository('pay'), acmeRepository('attic', { id: 43, archived: true }), acmeRepository('empty', { id: 44, pushed_at: null })];
  routes.set('GET /orgs/Acme/repos', repositories);
  routes.set('GET /installation/repositories', { list: repositories, under: 'repositories' });
  for (const one of repositories) routes.set(`GET /repos/${one.full_name}`, () => ({ body: one }));
  for (const part of ['deployments', 'code-scanning/alerts', 'dependabot/alerts', 'secret-scanning/alerts']) routes.set(`GET /repos/Acme/empty/${part}`, []);
  for (const [part, under] of [['runs', 'workflow_runs'], ['artifacts', 'artifacts']] as const) routes.set(`GET /repos/Acme/empty/actions/${part}`, { list: [], under });
  const files = { '.github/CODEOWNERS': '1', CODEOWNERS: '2', 'catalog-info.yaml': '3', Dockerfile: '4', 'services/api/Dockerfile': '5', 'src/a.ts': '6' };
  routes.set(`GET ${pay}/git/trees/main`, () => ({ body: { truncated: false, tree: Object.entries(files).map(([path, id]) => ({ path, type: 'blob', sha: id.repeat(40), size: 100 })) } }));
  routes.set('GET /repos/Acme/attic/git/trees/main', () => ({ body: { truncated: false, tree: [] } }));
  routes.set('GET /repos/Acme/empty/git/trees/main', () => ({ status: 409, body: { message: 'Git Repository is empty.' } }));
  routes.set(`GET ${pay}/git/blobs/${'1'.repeat(40)}`, blob('# who\n* @acme/payments\n'));
  routes.set(`GET ${pay}/git/blobs/${'3'.repeat(40)}`, blob('kind: Component\nmetadata: { name: pay }\nspec:\n  owner: group:payments\n  system: checkout\n'));
  routes.set(`GET ${pay}/git/blobs/${'4'.repeat(40)}`, blob('FROM node:24\nCOPY . .\n'));
  routes.set(`GET ${pay}/git/blobs/${'5'.repeat(40)}`, blob('FROM scratch\n'));
  routes.set(`GET ${pay}/actions/runs`, { list: [1, 2, 3].map((id) => ({ id, head_sha: ACME_SHA, run_attempt: 1, status: 'completed', conclusion: 'success', run_started_at: '2026-02-20T00:00:00Z', updated_at: '2026-02-20T00:05:00Z', head_branch: 'main', path: '.github/workflows/ci.yml' })), under: 'workflow_runs' });
  routes.set(`GET ${pay}/actions/artifacts`, { list: [{ id: 9, name: 'dist', size_in_bytes: 5, digest: ACME_DIGEST, created_at: '2026-02-20T00:00:00Z', updated_at: '2026-02-20T00:00:00Z', workflow_run: { id: 1 } }], under: 'artifacts' });
  routes.set(`GET ${pay}/deployments`, [{ id: 7, sha: ACME_SHA, environment: 'production', created_at: '2026-02-21T00:00:00Z', payload: words }, { id: 6, sha: ACME_SHA, environment: 'staging', created_at: '2026-02-20T00:00:00Z', payload: '' }]);
  routes.set(`GET ${pay}/deployments/7/statuses`, [{ state: 'success', created_at: '2026-02-21T00:02:00Z' }, { state: 'in_progress', created_at: '2026-02-21T00:01:00Z' }]);
  routes.set(`GET ${pay}/code-scanning/alerts`, (call) => ({ body: call.query.get('state') === 'open' ? [codeScanningAlert(2), codeScanningAlert(1)] : [codeScanningAlert(3, { state: 'dismissed', dismissed_reason: 'false positive' })] }));
  routes.set(`GET ${pay}/dependabot/alerts`, []);
  routes.set(`GET ${pay}/secret-scanning/alerts`, (call) => ({ body: call.query.get('state') === 'open' ? [{ number: 1, state: 'open', secret_type: 'aws_key', secret: 'AKIAVERYSECRETVALUE1' }] : [] }));
  for (const kind of ['code-scanning', 'dependabot', 'secret-scanning']) routes.set(`GET /orgs/Acme/${kind}/alerts`, [{ number: 1, updated_at: '2026-02-01T00:00:00Z', repository: { full_name: 'Acme/pay' } }]);
}
