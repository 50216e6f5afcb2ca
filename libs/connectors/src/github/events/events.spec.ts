import { describe, expect, it } from '@jest/globals';
import type { Fact, MappedEvent } from '@throughline/connectors/api';
import fc from 'fast-check';
import { mapGithub } from '../map.js';

const receivedAt = new Date('2026-01-01T00:00:00Z');
const repository = { id: 42, full_name: 'Acme/Pay', html_url: 'https://github.com/Acme/Pay', default_branch: 'main', visibility: 'private', archived: false, updated_at: '2025-12-01T00:00:00Z' };
const sha = 'a'.repeat(40);
const digest = `sha256:${'b'.repeat(64)}`;
const map = (name: string, payload: object, config?: Record<string, unknown>): MappedEvent => mapGithub({ name, payload, receivedAt, ...(config && { config }) });
const links = (facts: readonly Fact[]) => facts.flatMap((fact) => ('link' in fact ? [`${fact.link.from} ${fact.link.kind} ${fact.link.to} ${fact.link.method}`] : []));
const attributesOf = (facts: readonly Fact[], urn: string) => facts.flatMap((fact) => ('asset' in fact && fact.asset.urn === urn ? [fact.asset.attributes] : []))[0];

describe('a push', () => {
  const push = (ref: string, commits: object[], more = {}) => map('push', { ref, after: sha, repository, commits, head_commit: { timestamp: '2025-12-02T00:00:00Z' }, ...more }).refresh;
  it.each(['CODEOWNERS', '.github/CODEOWNERS', 'docs/CODEOWNERS', 'catalog-info.yaml', 'Dockerfile', 'services/pay/Dockerfile', 'build/api.Dockerfile', 'Dockerfile.prod', 'Containerfile'])('that changes %s on the default branch asks to read the repository again', (path) => {
    for (const kind of ['added', 'modified', 'removed']) expect(push('refs/heads/main', [{ [kind]: [path] }])).toEqual(['repository:acme/pay']);
  });
  it('of other files, of another branch, or of copies of others\' images does not', () => {
    expect(push('refs/heads/main', [{ modified: ['src/CODEOWNERS', 'src/Dockerfiles.ts', 'vendor/x/Dockerfile', 'catalog-info.json'] }])).toBeUndefined();
    expect(push('refs/heads/feature', [{ modified: ['CODEOWNERS'] }])).toBeUndefined();
  });
  it('that was forced does, since it may drop commits that no list names', () => expect(push('refs/heads/main', [], { forced: true })).toEqual(['repository:acme/pay']));
});

describe('a published container', () => {
  const labels = { 'org.opencontainers.image.source': 'https://github.com/acme/pay', 'org.opencontainers.image.revision': sha };
  const payload = (over: object = {}) => ({
    action: 'published', repository, organization: { login: 'Acme' },
    registry_package: {
      name: 'pay/api', package_type: 'CONTAINER', html_url: 'https://github.com/orgs/acme/packages/1',
      package_version: { version: digest, created_at: '2025-12-03T00:00:00Z', target_oid: 'c'.repeat(40), container_metadata: { tag: { name: '1.4', digest }, manifest: { digest, media_type: 'application/vnd.oci.image.index.v1+json' }, labels: { all_labels: labels } }, ...over },
    },
  });
  const image = `image:ghcr.io/acme/pay/api@${digest}`;
  it('ties the image to the commit of its labels, and the repository of its package', () => {
    for (const name of ['registry_package', 'package']) {
      const given = payload();
      const { facts, refresh } = map(name, name === 'package' ? { ...given, registry_package: undefined, package: given.registry_package } : given);
      expect(links(facts)).toEqual([`commit:github.com/acme/pay@${sha} produced ${image} oci-label`, `repo:github.com/acme/pay produced ${image} build-output`]);
      expect(attributesOf(facts, image)).toEqual({ tags: ['1.4'], labels, pushedAt: '2025-12-03T00:00:00.000Z', mediaType: 'application/vnd.oci.image.index.v1+json' });
      expect(refresh).toEqual(['package:acme/pay/api']);
    }
  });
  it('does not take the commit at the head of the branch for the one that was built', () => expect(JSON.stringify(map('registry_package', payload()).facts)).not.toContain('c'.repeat(40)));
  it('is named as the Enterprise server names it', () => {
    const given = payload();
    const { facts } = map('registry_package', { ...given, registry_package: { ...given.registry_package, html_url: 'https://ghe.acme.example/orgs/acme/packages/1' } });
    expect(attributesOf(facts, `image:containers.ghe.acme.example/acme/pay/api@${digest}`)).toBeDefined();
  });
  it('says less with hostile or missing labels, and nothing without a digest', () => {
    const source = (text: string) => links(map('registry_package', payload({ container_metadata: { manifest: { digest }, labels: { all_labels: { 'org.opencontainers.image.source': text } } } })).facts).filter((link) => link.endsWith('oci-label'));
    expect(source('https://github.com/acme/pay.git')).toEqual([`repo:github.com/acme/pay produced ${image} oci-label`]);
    expect(source('git@github.com:acme/pay.git')).toEqual([`repo:github.com/acme/pay produced ${image} oci-label`]);
    for (const text of ['', 'x', 'javascript:alert(1)', 'https://github.com/acme', 'https://github.com/../../x y']) expect(source(text)).toEqual([]);
    expect(map('registry_package', payload({ version: '1.0', container_metadata: {} })).ignored).toBe('the package has no name or digest');
  });
});

describe('a pull request', () => {
  const request = { number: 7, title: 'Fix', state: 'closed', merged: true, merge_commit_sha: 'd'.repeat(40), updated_at: '2025-12-04T00:00:00Z', user: { login: 'eve' }, head: { ref: 'fix', sha, repo: { full_name: 'eve/pay', html_url: 'https://github.com/eve/pay' } }, base: { ref: 'main', sha: 'e'.repeat(40) } };
  it('names its commits: the head in the fork, base and merge in the repository', () => {
    const { facts } = map('pull_request', { repository, pull_request: request });
    expect(facts).toHaveLength(1);
    expect(attributesOf(facts, 'pr:github.com/acme/pay/pull/7')).toMatchObject({
      state: 'merged', author: 'eve', head: `commit:github.com/eve/pay@${sha}`, base: `commit:github.com/acme/pay@${'e'.repeat(40)}`, mergeCommit: `commit:github.com/acme/pay@${'d'.repeat(40)}`,
    });
  });
});

describe('a repository', () => {
  it('keeps its id when it is renamed or transferred, and its old name points to the new one', () => {
    const renamed = map('repository', { action: 'renamed', repository, changes: { repository: { name: { from: 'Old-Pay' } } } });
    expect(attributesOf(renamed.facts, 'repo:github.com/acme/pay')).toMatchObject({ id: '42' });
    expect(attributesOf(renamed.facts, 'repo:github.com/acme/old-pay')).toMatchObject({ id: '42', archived: true, renamedTo: 'repo:github.com/acme/pay' });
    expect(renamed.refresh).toEqual(['whole:acme/pay']);
    const moved = map('repository', { action: 'transferred', repository, changes: { owner: { from: { user: { login: 'Eve' } } } } });
    expect(attributesOf(moved.facts, 'repo:github.com/eve/pay')).toMatchObject({ id: '42', renamedTo: 'repo:github.com/acme/pay' });
  });
  it('that was deleted says so', () => expect(attributesOf(map('repository', { action: 'deleted', repository }).facts, 'repo:github.com/acme/pay')).toMatchObject({ deleted: true, archived: true }));
  it('that is archived again is a new fact', () => {
    const key = (updated: string) => map('repository', { action: 'archived', repository: { ...repository, archived: true, updated_at: updated } }).facts[0]?.naturalKey;
    expect(key('2025-12-01T00:00:00Z')).toBe(key('2025-12-01T00:00:00Z'));
    expect(key('2025-12-01T00:00:00Z')).not.toBe(key('2025-12-05T00:00:00Z'));
  });
});

describe('people and rights', () => {
  const organization = { login: 'Acme' };
  it('a team is a node; its members and rights are read again', () => {
    const { facts, refresh } = map('team', { action: 'created', organization, team: { id: 5, slug: 'Payments', name: 'Payments' } });
    expect(attributesOf(facts, 'team:payments')).toEqual({ name: 'Payments', handles: ['@acme/payments'], id: '5', active: true });
    expect(refresh).toEqual(['teams:acme']);
    expect(map('team', { action: 'added_to_repository', organization, repository, team: { slug: 'payments' } }).refresh).toEqual(['teams:acme']);
    expect(attributesOf(map('team', { action: 'deleted', organization, team: { slug: 'payments' } }).facts, 'team:payments')).toMatchObject({ active: false });
  });
  it('an owner that left makes the members be read again', () => {
    for (const [name, action] of [['organization', 'member_removed'], ['membership', 'removed']] as const) expect(map(name, { action, organization }).refresh).toEqual(['teams:acme']);
  });
  it('alerts make the list of the repository be read again', () => {
    expect(map('code_scanning_alert', { repository }).refresh).toEqual(['code-scanning:acme/pay']);
    expect(map('dependabot_alert', { repository }).refresh).toEqual(['dependabot:acme/pay']);
    expect(map('secret_scanning_alert', { repository, alert: { secret: 'hunter2hunter2' } })).toEqual({ facts: [], refresh: ['secret-scanning:acme/pay'], defaultBranches: [{ repository: 'github.com/acme/pay', branch: 'main' }], ignored: '' });
  });
  it('an installation makes its account or its new repositories be read', () => {
    const installation = { id: 9, account: { login: 'Acme' } };
    expect(map('installation', { action: 'created', installation }).refresh).toEqual(['organization:acme']);
    expect(map('installation_repositories', { action: 'added', installation, repositories_added: [{ full_name: 'acme/pay' }, { full_name: '../x' }] }).refresh).toEqual(['whole:acme/pay']);
    expect(map('installation', { action: 'deleted', installation }).ignored).toContain('removed');
  });
});

describe('owners outside of the connector', () => {
  const push = { ref: 'refs/heads/main', after: sha, repository };
  it('are ignored, with a reason, whoever they are', () => {
    for (const config of [{ organizations: ['other'] }, { installations: [{ id: 1, organization: 'other' }] }]) {
      expect(map('push', push, config)).toEqual({ facts: [], defaultBranches: [], ignored: 'the event is of an owner that this connector does not read' });
      expect(map('membership', { organization: { login: 'acme' } }, config).ignored).toContain('does not read');
    }
  });
  it('are taken when named in any case, or when nobody is named', () => {
    for (const config of [{ organizations: ['ACME'] }, { installations: [{ id: 1, organization: 'acme' }] }, { organizations: [] }, {}]) expect(map('push', push, config).ignored).toBe('');
  });
});

describe('order and repetition', () => {
  const words = (version: string, at: string) => ({ image: `ghcr.io/acme/pay:${version}`, digest: `sha256:${version.repeat(64).slice(0, 64)}`, service: 'prod/default/pay', environment: 'production', at });
  const deployment = (id: number, version: string, at: string) => ({ repository, deployment: { id, sha, created_at: at, payload: words(version, at) }, deployment_status: { state: 'success', created_at: at } });
  const runsAs = (facts: readonly Fact[]) => facts.flatMap((fact) => ('link' in fact && fact.link.kind === 'runs-as' ? [fact.link] : []));

  it('25, 27: what runs is told by the time of the deployment, not of its event', () => {
    const v3 = map('deployment_status', deployment(3, '3', '2025-12-03T00:00:00Z')).facts;
    const v2 = map('deployment_status', deployment(2, '2', '2025-12-02T00:00:00Z')).facts;
    const back = map('deployment_status', deployment(4, '2', '2025-12-04T00:00:00Z')).facts;
    const current = (facts: readonly Fact[]) => [...runsAs(facts)].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0]?.from;
    expect(current([...v3, ...v2])).toBe(runsAs(v3)[0]?.from);
    expect(current([...back, ...v3, ...v2])).toBe(runsAs(v2)[0]?.from);
  });
  it('no event takes from a commit or an image what another said of it', () => {
    const said = (facts: readonly Fact[]) => facts.flatMap((fact) => ('asset' in fact && ['commit', 'image'].includes(fact.asset.kind) ? [Object.keys(fact.asset.attributes)] : []));
    expect(said(map('deployment_status', deployment(1, 'b', '2025-12-02T00:00:00Z')).facts)).toEqual([]);
    const run = { id: 1, head_sha: sha, head_branch: 'main', head_commit: { timestamp: '2025-12-01T00:00:00Z' } };
    expect(said(map('workflow_run', { repository, workflow_run: run }).facts)).toEqual([['branch', 'committedAt']]);
  });
  it('26: a deployment names the very image that its package names later', () => {
    const [link] = runsAs(map('deployment_status', { ...deployment(1, 'b', '2025-12-02T00:00:00Z') }).facts);
    expect(link?.from).toBe(`image:ghcr.io/acme/pay@${digest}`);
  });
  it('24: in any order and however often, the same events make the same facts under the same keys', () => {
    const events: [string, object][] = [
      ['push', { ref: 'refs/heads/main', after: sha, repository }], ['deployment', deployment(3, '3', '2025-12-03T00:00:00Z')], ['deployment_status', deployment(3, '3', '2025-12-03T00:00:00Z')], ['deployment_status', deployment(2, '2', '2025-12-02T00:00:00Z')],
      ['workflow_run', { repository, workflow_run: { id: 1, head_sha: sha, run_started_at: '2025-12-01T00:00:00Z', updated_at: '2025-12-01T00:01:00Z', status: 'completed' } }], ['workflow_job', { repository, workflow_job: { id: 2, run_id: 1, head_sha: sha, created_at: '2025-12-01T00:00:00Z' } }],
      ['repository', { action: 'renamed', repository, changes: { repository: { name: { from: 'old' } } } }],
    ];
    const ledgerOf = (order: readonly number[]) => {
      const ledger = new Map<string, Set<string>>();
      for (const index of order) {
        const [name, payload] = events[index] as [string, object];
        for (const { naturalKey, ...fact } of map(name, payload).facts) ledger.set(naturalKey, (ledger.get(naturalKey) ?? new Set()).add(JSON.stringify(fact, (key, value: unknown) => (fact.timeless && key === 'observedAt' ? '' : value))));
      }
      return [...ledger].map(([key, said]) => [key, [...said].sort()]).sort();
    };
    const indices = events.map((_, index) => index);
    const once = ledgerOf(indices);
    for (const [, said] of once) expect(said).toHaveLength(1);
    fc.assert(fc.property(fc.shuffledSubarray(indices, { minLength: indices.length }), fc.array(fc.nat(indices.length - 1), { maxLength: 20 }), (order, again) => {
      expect(ledgerOf([...order, ...again])).toEqual(once);
    }));
  });
});
