import { describe, expect, it } from '@jest/globals';
import type { Fact, MappedEvent } from '@throughline/connectors/api';
import fc from 'fast-check';
import { gitlabWebhook } from './connector.js';

const receivedAt = new Date('2026-03-01T12:00:00Z');
const sha = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';
const before = '95790bf891e76fee5e1747ab589903a6a1f80f22';

/** `project` as every event has it (https://docs.gitlab.com/user/project/integrations/webhook_events/). */
const project = {
  id: 15, name: 'Diaspora', description: '', web_url: 'https://gitlab.example/Mike/group/Diaspora', avatar_url: null, git_ssh_url: 'git@gitlab.example:mike/diaspora.git', git_http_url: 'https://gitlab.example/mike/diaspora.git',
  namespace: 'Mike', visibility_level: 0, path_with_namespace: 'Mike/group/Diaspora', default_branch: 'main', ci_config_path: null, homepage: 'https://gitlab.example/mike/diaspora',
};
const push = {
  object_kind: 'push', event_name: 'push', before, after: sha, ref: 'refs/heads/main', ref_protected: true, checkout_sha: sha, user_id: 4, user_name: 'John Smith', user_username: 'jsmith', project_id: 15, project, total_commits_count: 2,
  commits: [{ id: before, message: 'Update', timestamp: '2026-02-27T14:27:31+02:00', author: { name: 'Jordi', email: 'jordi@example' } }, { id: sha, message: 'fixed readme', timestamp: '2026-02-28T23:36:29+02:00', author: { name: 'GitLab dev user', email: 'dev@example' }, added: ['CHANGELOG'], modified: [], removed: [] }],
};
const pipeline = {
  object_kind: 'pipeline', project, user: { id: 1, name: 'Administrator' },
  object_attributes: { id: 31, iid: 3, name: 'Pipeline for branch: main', ref: 'main', tag: false, sha, before_sha: before, source: 'push', status: 'success', detailed_status: 'passed', stages: ['build', 'test'], created_at: '2026-02-28 15:23:28 UTC', finished_at: '2026-02-28 15:26:29 UTC', duration: 63, url: 'https://gitlab.example/mike/diaspora/-/pipelines/31' },
  commit: { id: sha, message: 'test', timestamp: '2026-02-28T17:23:21+02:00' }, builds: [],
};
const mergeRequest = {
  object_kind: 'merge_request', event_type: 'merge_request', user: { id: 1, name: 'Administrator', username: 'root' }, project,
  object_attributes: {
    id: 99, iid: 1, target_branch: 'main', source_branch: 'ms-viewport', source_project_id: 14, target_project_id: 15, title: 'MS-Viewport', created_at: '2026-02-03T17:23:34Z', updated_at: '2026-02-28T17:23:34Z', state: 'merged', draft: false, merge_commit_sha: before,
    url: 'https://gitlab.example/mike/diaspora/-/merge_requests/1', source: { ...project, id: 14, path_with_namespace: 'someone/Diaspora', web_url: 'https://gitlab.example/someone/Diaspora' }, target: project,
    last_commit: { id: sha, message: 'fixed readme', timestamp: '2026-02-27T23:36:29+02:00', author: { name: 'GitLab dev user' } }, action: 'merge',
  },
};
const deployment = {
  object_kind: 'deployment', status: 'success', status_changed_at: '2026-02-28 21:50:00 +0200', deployment_id: 15, deployable_id: 796, deployable_url: 'https://gitlab.example/mike/diaspora/-/jobs/796', environment: 'production/eu', environment_tier: 'production',
  environment_slug: 'production-eu-abc', environment_external_url: 'https://shop.example', project, ref: 'main', short_sha: sha.slice(0, 8), user: {}, commit_url: `https://gitlab.example/mike/diaspora/-/commit/${sha}`, commit_title: 'Add new file',
};
const job = { object_kind: 'build', ref: 'main', tag: false, before_sha: before, sha, build_id: 1977, build_name: 'test', build_stage: 'test', build_status: 'created', pipeline_id: 2366, project, commit: {}, repository: {} };
const tagPush = { ...push, object_kind: 'tag_push', event_name: 'tag_push', ref: 'refs/tags/v1.0.0' };
const all = [push, pipeline, mergeRequest, deployment, job, tagPush];

const map = (payload: unknown, config?: Record<string, unknown>): MappedEvent => gitlabWebhook.map({ name: 'Push Hook', payload, receivedAt, ...(config && { config }) });
const nodes = (facts: readonly Fact[]): string[] => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.urn] : []));
const edges = (facts: readonly Fact[]): string[][] => facts.flatMap((fact) => ('link' in fact ? [[fact.link.from, fact.link.kind, fact.link.to, fact.link.validFrom]] : []));
const repository = 'gitlab.example/mike/group/diaspora';

describe("GitLab's events, in the shapes that it documents", () => {
  it('a push names repository, commit and default branch, with the time of the commit', () => {
    const mapped = map(push);
    expect(nodes(mapped.facts)).toEqual([`repo:${repository}`, `commit:${repository}@${sha}`]);
    expect(mapped.facts[1]).toMatchObject({ asset: { attributes: { branch: 'main', author: 'GitLab dev user' }, observedAt: '2026-02-28T21:36:29.000Z' } });
    expect(mapped.defaultBranches).toEqual([{ repository, branch: 'main' }]);
  });

  it('a pipeline ties the commit to the build, which is named as CI_PIPELINE_URL has it', () => {
    expect(edges(map(pipeline).facts)).toEqual([[`commit:${repository}@${sha}`, 'built-by', 'build:gitlab.example/Mike/group/Diaspora/-/pipelines/31', '2026-02-28T15:23:28.000Z']]);
  });

  it('a merge request names its head in the source project and what it was merged as', () => {
    const { facts } = map(mergeRequest);
    expect(nodes(facts)).toEqual([`pr:${repository}/-/merge_requests/1`, `commit:gitlab.example/someone/diaspora@${sha}`, `commit:${repository}@${before}`]);
    expect(facts[0]).toMatchObject({ asset: { attributes: { state: 'merged', head: sha, branch: 'ms-viewport', baseBranch: 'main' } } });
  });

  it('a deployment names commit and environment and claims no image', () => {
    const { facts } = map(deployment);
    expect([nodes(facts), edges(facts)]).toEqual([[`commit:${repository}@${sha}`, 'environment:production-eu'], []]);
    expect(facts[1]).toMatchObject({ asset: { attributes: { name: 'production/eu', stage: 'production' } } });
  });

  it.each<readonly [string, unknown]>([['a job', job], ['a tag', tagPush], ['a deleted branch', { ...push, after: '0'.repeat(40) }], ['an event without a project', { object_kind: 'push' }], ['an event of another kind', { object_kind: 'wiki_page', project }], ['nothing', null]])('%s says nothing, and why', (_name, payload) => {
    const mapped = map(payload);
    expect([mapped.facts, mapped.ignored.length > 5]).toEqual([[], true]);
  });

  it('24: the same event says the same, whenever it comes', () => {
    for (const payload of all) expect(gitlabWebhook.map({ name: 'x', payload: structuredClone(payload), receivedAt: new Date('2027-01-01T00:00:00Z') }).facts).toEqual(map(payload).facts);
  });

  it('an event of a project outside the groups of the connector is ignored', () => {
    expect(map(push, { groups: ['other'] })).toMatchObject({ facts: [], ignored: expect.stringContaining('groups') });
    expect(map(push, { groups: ['mike/gro'] }).facts).toEqual([]);
    expect(map(push, { groups: ['Mike/group'] }).facts).not.toEqual([]);
  });

  it('is read without an exception whatever it holds', () => {
    fc.assert(fc.property(fc.constantFrom(...all), fc.constantFrom('project', 'object_attributes', 'commits', 'ref', 'after', 'commit_url', 'environment'), fc.jsonValue(), (payload, field, value) => {
      const mapped = map({ ...payload, [field]: value });
      expect(mapped.facts.length > 0).toBe(mapped.ignored === '');
    }), { numRuns: 300 });
  });
});

describe('53: the secret token', () => {
  const verify = (token: string | undefined, secret: string): boolean => gitlabWebhook.verify({ headers: token === undefined ? {} : { 'x-gitlab-token': token }, body: Buffer.from('{}') }, secret);
  it('is taken when it is right, and refused when it is wrong, missing, a part of it, or when there is none to compare with', () => {
    expect(verify('s3cret-s3cret-s3cret', 's3cret-s3cret-s3cret')).toBe(true);
    expect([verify('s3cret', 's3cret-s3cret-s3cret'), verify(undefined, 's3cret'), verify('', ''), verify(undefined, ''), verify('S3CRET', 's3cret')]).toEqual([false, false, false, false, false]);
  });
  it('a delivery is known by its Idempotency-Key, on older instances by the UUID of the event', () => {
    const identify = (headers: Record<string, string>): unknown => gitlabWebhook.identify({ headers, body: Buffer.alloc(0) });
    expect(identify({ 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'a', 'x-gitlab-event-uuid': 'b' })).toEqual({ delivery: 'a', name: 'Push Hook' });
    expect(identify({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'b' })).toEqual({ delivery: 'b', name: 'Push Hook' });
    expect([identify({ 'x-gitlab-event': 'Push Hook' }), identify({ 'idempotency-key': 'a' })]).toEqual([expect.any(String), expect.any(String)]);
  });
});
