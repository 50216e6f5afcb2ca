import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import type { Fact } from '@throughline/connectors/api';
import { kindOf, LINK_KINDS, LINK_METHODS, parseUrn } from '@throughline/domain';
import { githubWebhook } from './connector.js';
import { GITHUB_EVENTS } from './map.js';
import { parseScope } from './scopes.js';

const receivedAt = new Date('2026-01-01T00:00:00Z');
const examples: unknown = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json');
const all = examples as readonly { readonly name: string; readonly examples: readonly Record<string, never>[] }[];
const payloads = (name: string) => all.find((one) => one.name === name)?.examples ?? [];
const map = (name: string, payload: unknown) => githubWebhook.map({ name, payload, receivedAt });
const nodes = (facts: readonly Fact[]) => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.urn] : []));
const edges = (facts: readonly Fact[]) => facts.flatMap((fact) => ('link' in fact ? [[fact.link.from, fact.link.kind, fact.link.to]] : []));

const isTime = (text: string): boolean => new Date(text).toISOString() === text;
const isNode = (text: string): boolean => parseUrn(text) === text;

function expectValid(fact: Fact): void {
  expect(fact.naturalKey).not.toMatch(/undefined|null|\[object/);
  if ('asset' in fact) expect([fact.asset.urn, isNode(fact.asset.urn), kindOf(fact.asset.urn), isTime(fact.asset.observedAt)]).toEqual([fact.asset.urn, true, fact.asset.kind, true]);
  if (!('link' in fact)) return;
  const { from, to, kind, method, validFrom } = fact.link;
  expect([from, to, isNode(from), isNode(to), LINK_KINDS.includes(kind), LINK_METHODS.includes(method), isTime(validFrom)]).toEqual([from, to, true, true, true, true, true]);
}

/** Paths to everything in the first two levels, where all that is read stands. */
function pathsOf(value: object, depth = 2): string[][] {
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...(depth > 0 && typeof inner === 'object' && inner !== null ? pathsOf(inner as object, depth - 1).map((rest) => [key, ...rest]) : [])]);
}

function replaced(payload: unknown, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(payload) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  holder[path.at(-1) ?? ''] = value;
  return copy;
}

describe("GitHub's own example payloads", () => {
  it('are all read without an exception, each with facts, something to read again, or a reason', () => {
    let count = 0;
    for (const { name, examples: given } of all) {
      for (const payload of given) {
        const mapped = map(name, payload);
        expect([name, mapped.facts.length + (mapped.refresh ?? []).length > 0]).toEqual([name, mapped.ignored === '']);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(300);
  });

  it('give valid URNs whose kind fits, known links, times, and scopes that a pull can read', () => {
    for (const { name, examples: given } of all) {
      for (const { facts, refresh = [] } of given.map((payload) => map(name, payload))) {
        for (const fact of facts) expectValid(fact);
        for (const scope of refresh) expect([scope, parseScope(scope)]).toEqual([scope, expect.anything()]);
      }
    }
  });

  it('of every event that we subscribe to say something', () => {
    const silent = GITHUB_EVENTS.filter((name) => payloads(name).length > 0 && payloads(name).every((payload) => map(name, payload).ignored !== ''));
    // GitHub's only example of a package is one of npm.
    expect(silent).toEqual(['package']);
  });

  it('never throw, whatever is cut out of them or replaced in them', () => {
    const garbage = [null, 7, 'x y', [{}]];
    for (const name of GITHUB_EVENTS) {
      for (const payload of payloads(name).slice(0, 1)) {
        for (const path of pathsOf(payload)) for (const value of garbage) for (const fact of map(name, replaced(payload, path, value)).facts) expectValid(fact);
      }
    }
  });

  it('a push of a branch names the commit; tags and deletions say nothing', () => {
    const mapped = payloads('push').map((payload) => map('push', payload));
    const branch = mapped.filter(({ facts }) => facts.length > 0);
    expect(branch.length).toBeGreaterThan(0);
    for (const { facts } of branch) expect(nodes(facts)).toEqual([expect.stringMatching(/^repo:github\.com\//), expect.stringMatching(/^commit:github\.com\/.+@[0-9a-f]{40}$/)]);
    expect(new Set(mapped.map(({ ignored }) => ignored))).toContain('a push of a tag moves no branch');
    expect(mapped[0]?.defaultBranches).toEqual([{ repository: 'github.com/codertocat/hello-world', branch: 'master' }]);
  });

  it('a run ties the commit to the build, with attempt and status as its natural key', () => {
    for (const payload of payloads('workflow_run')) {
      const { facts } = map('workflow_run', payload);
      expect(edges(facts)).toEqual([[expect.stringMatching(/^commit:/), 'built-by', expect.stringMatching(/^build:github\.com\/[^/]+\/[^/]+\/actions\/runs\/\d+$/)]]);
      expect(facts.map(({ naturalKey }) => naturalKey)).toContainEqual(expect.stringMatching(/^run\|.+\|\d+\|built-by$/));
    }
  });

  it('24: the same content has the same natural keys and says the same, whatever the delivery', () => {
    for (const { name, examples: given } of all) {
      for (const payload of given) expect(map(name, structuredClone(payload)).facts).toEqual(githubWebhook.map({ name, payload, receivedAt: new Date(receivedAt) }).facts);
    }
  });

  it('a deployment without the words of a record names its environment only', () => {
    const { facts } = map('deployment', payloads('deployment')[0]);
    expect(nodes(facts)).toEqual(['environment:production']);
    expect(edges(facts)).toEqual([]);
  });
});

describe('deployments that hold the words of a record', () => {
  const words = { image: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay:1.4', digest: `sha256:${'a'.repeat(64)}`, service: 'arn:aws:ecs:eu-central-1:111122223333:service/prod/pay', environment: 'production', build: 'https://github.com/acme/pay/actions/runs/17' };
  const base = payloads('deployment')[0] as unknown as { deployment: object };
  const status = payloads('deployment_status')[0] as unknown as { deployment: object; deployment_status: object };
  const image = `image:111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay@${words.digest}`;
  const linkOf = (facts: readonly Fact[]) => facts.flatMap((fact) => ('link' in fact && fact.link.kind === 'runs-as' ? [fact.link] : []))[0];

  it('tie image and service, commit and build, from an object or a text', () => {
    for (const payload of [words, JSON.stringify(words)]) {
      const { facts } = map('deployment', { ...base, deployment: { ...base.deployment, payload } });
      expect(edges(facts)).toEqual([
        [image, 'runs-as', `service:${words.service}`],
        [expect.stringMatching(/^commit:/), 'built-by', 'build:github.com/acme/pay/actions/runs/17'],
        ['build:github.com/acme/pay/actions/runs/17', 'produced', image],
      ]);
      expect(linkOf(facts)).toMatchObject({ method: 'deployment-record', confidence: 0.6, evidence: { environment: 'production', state: 'created' } });
    }
  });

  it('succeed at full confidence and end when they fail or are replaced', () => {
    const at = (state: string) => linkOf(map('deployment_status', { ...status, deployment: { ...status.deployment, payload: words }, deployment_status: { ...status.deployment_status, state } }).facts);
    expect(at('success')?.confidence).toBeUndefined();
    expect(at('success')?.validTo).toBeUndefined();
    for (const state of ['failure', 'error', 'inactive']) expect(at(state)?.validTo).toBe('2019-05-15T15:20:55.000Z');
  });

  it('are left alone when the words are wrong', () => {
    for (const payload of [{ ...words, digest: 'latest' }, { ...words, image: 'a b' }, { ...words, service: 'x y' }, 'no json', null]) {
      expect(edges(map('deployment', { ...base, deployment: { ...base.deployment, payload } }).facts)).toEqual([]);
    }
  });
});
