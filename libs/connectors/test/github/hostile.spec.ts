import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillAcme, GithubStandIn } from '@throughline/testing';
import { kindOf, parseUrn } from '@throughline/domain';
import fc from 'fast-check';
import { GithubFailure } from '../../src/github/failure.js';
import { githubPull } from '../../src/github/pull.js';
import { pullAll, type Pulled } from './world.js';

let github: GithubStandIn;
beforeEach(async () => {
  github = await new GithubStandIn().start();
  fillAcme(github);
  github.routes.set('GET /users/Acme', () => ({ body: { login: 'Acme', type: 'Organization' } }));
});
afterEach(() => github.stop());

const pull = (): Promise<Pulled | GithubFailure> => pullAll(githubPull, { baseUrl: github.url, token: 'ghp_0123456789', organizations: ['Acme'] }, { pages: 120 })
  .catch((error: unknown) => { if (error instanceof GithubFailure) return error; throw error; });

function expectSound(pulled: Pulled | GithubFailure): void {
  if (pulled instanceof GithubFailure) return;
  expect(pulled.pages.at(-1)?.more).toBe(false);
  for (const fact of pulled.facts) if ('asset' in fact) expect([parseUrn(fact.asset.urn), kindOf(fact.asset.urn)]).toEqual([fact.asset.urn, fact.asset.kind]);
  for (const { body } of pulled.scans) expect(Array.isArray(JSON.parse(String(body)))).toBe(true);
}

/** Replaces what is at a random place of an answer. */
function mutilated(value: unknown, seed: number, garbage: unknown): unknown {
  if (seed % 5 === 0 || typeof value !== 'object' || value === null) return garbage;
  const entries = Object.entries(value);
  const [key] = entries[seed % Math.max(1, entries.length)] ?? [];
  if (key === undefined) return garbage;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = mutilated(copy[key], Math.floor(seed / 5), garbage);
  return copy;
}

describe('answers that are not what GitHub gives', () => {
  it('end the pull with facts that are sound, with gaps, or with a failure that has a name', async () => {
    const routes = [...github.routes];
    await fc.assert(fc.asyncProperty(fc.nat(routes.length - 1), fc.nat(10_000), fc.constantFrom(null, 7, 'x', [], {}, [null], [[]], '../..', '\u0000', Number.MAX_VALUE, true), async (index, seed, garbage) => {
      const [name, route] = routes[index] as (typeof routes)[number];
      github.routes.set(name, (call) => {
        const whole = typeof route === 'function' ? route(call).body : 'list' in route ? { [route.under]: route.list } : route;
        return { body: mutilated(whole, seed, garbage) };
      });
      try {
        expectSound(await pull());
      } finally {
        github.routes.set(name, route);
      }
    }), { numRuns: 15 });
  }, 90_000);

  it('48: names and paths that lead elsewhere are never asked for', async () => {
    github.routes.set('GET /orgs/Acme/teams', [{ id: 1, slug: '../../user', name: 'x' }, { id: 2, slug: 'ok', name: 'ok' }]);
    github.routes.set('GET /orgs/Acme/packages', [{ name: '../../../user', html_url: 'https://github.com/x' }, { name: 'a b', html_url: 'https://github.com/x' }]);
    github.routes.set('GET /orgs/Acme/repos', [{ full_name: '../user', html_url: 'https://github.com/x' }, { full_name: 'Acme/..', html_url: 'https://github.com/x' }]);
    expectSound(await pull());
    for (const { path } of github.calls) expect(path).not.toMatch(/\.\.|\/user$/);
  });

  it('the next page that leads to another host is asked for at GitHub', async () => {
    const other = await new GithubStandIn().start();
    github.routes.set('GET /orgs/Acme/teams', () => ({ headers: { link: `<${other.url}/orgs/Acme/packages?page=2>; rel="next"` }, body: [] }));
    await pull();
    expect(other.calls).toEqual([]);
    await other.stop();
  });
});
