import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GITHUB_TOKEN, startGithub, type GithubStandIn } from './github-stand-in.js';
import { planFleet } from './plan.js';

const now = new Date('2026-03-01T00:00:00Z');
const fleet = planFleet('spec', 60, now);
let github: GithubStandIn;
beforeAll(async () => { github = await startGithub(fleet, now); });
afterAll(() => github.stop());

type Json = Record<string, unknown>;
const ask = async (path: string, init: RequestInit = {}, token = GITHUB_TOKEN) => {
  const answer = await fetch(new URL(path, github.url), { ...init, headers: { authorization: `token ${token}` } });
  return { status: answer.status, body: await answer.json() as unknown, next: /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1] };
};
const all = async (path: string): Promise<Json[]> => {
  const { body, next } = await ask(path);
  return [...(Array.isArray(body) ? body as Json[] : (body as { workflow_runs: Json[] }).workflow_runs), ...(next === undefined ? [] : await all(next))];
};

describe('the stand-in of GitHub', () => {
  it('lists every repository once over its pages, and its runs newest first', async () => {
    const listed = await all('/orgs/fleet-acme/repos?per_page=7');
    expect(listed.map((item) => item['full_name'])).toEqual(fleet.repositories.map((plan) => plan.fullName));
    const mono = fleet.repositories.find((plan) => plan.runs.length > 1);
    const runs = await all(`/repos/${mono?.fullName ?? ''}/actions/runs?per_page=1`);
    expect(runs.map((run) => run['head_sha']).sort()).toEqual(mono?.runs.map((run) => run.sha).sort());
    expect(runs.map((run) => String(run['created_at']))).toEqual(runs.map((run) => String(run['created_at'])).sort().reverse());
  });

  it('gives files by tree, blob and path, byte for byte', async () => {
    const [plan] = fleet.repositories;
    const { tree } = (await ask(`/repos/${plan?.fullName ?? ''}/git/trees/main?recursive=1`)).body as { tree: { path: string; sha: string }[] };
    const [file] = tree;
    for (const path of [`git/blobs/${file?.sha ?? ''}`, `contents/${file?.path ?? ''}`]) {
      const { body } = await ask(`/repos/${plan?.fullName ?? ''}/${path}`);
      expect(Buffer.from(String((body as Json)['content']), 'base64').toString()).toBe(plan?.files[file?.path ?? '']);
    }
  });

  it('finds attestations by digest only', async () => {
    const kept = fleet.services.flatMap((service) => service.images.keptAtGithub ?? []);
    expect(kept.length).toBeGreaterThan(1);
    const { body } = await ask('/orgs/fleet-acme/attestations/bulk-list', { method: 'POST', body: JSON.stringify({ subject_digests: [kept[0]?.digest, 'sha256:0'] }) });
    expect(Object.keys((body as { attestations_subject_digests: Json }).attestations_subject_digests)).toEqual([kept[0]?.digest]);
  });

  it('refuses as GitHub does', async () => {
    expect((await ask('/orgs/fleet-acme/repos', {}, 'wrong')).status).toBe(401);
    expect((await ask('/repos/fleet-acme/none/actions/runs')).status).toBe(404);
    expect((await ask('/orgs/others/repos')).status).toBe(404);
  });
});
