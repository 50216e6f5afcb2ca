import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import type { Fact } from '@throughline/connectors/api';
import { githubWebhook } from './connector.js';

const receivedAt = new Date('2026-01-01T00:00:00Z');
const examples: unknown = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json');
const all = examples as readonly { readonly name: string; readonly examples: readonly Record<string, never>[] }[];
const payloads = (name: string) => all.find((one) => one.name === name)?.examples ?? [];
const map = (name: string, payload: unknown) => githubWebhook.map({ name, payload, receivedAt });
const nodes = (facts: readonly Fact[]) => facts.flatMap((fact) => ('asset' in fact ? [fact.asset.urn] : []));
const edges = (facts: readonly Fact[]) => facts.flatMap((fact) => ('link' in fact ? [[fact.link.from, fact.link.kind, fact.link.to]] : []));

describe("GitHub's own example payloads", () => {
  it('are all read without an exception, each with facts or a reason', () => {
    let count = 0;
    for (const { name, examples: given } of all) {
      for (const payload of given) {
        const mapped = map(name, payload);
        expect(mapped.facts.length > 0).toBe(mapped.ignored === '');
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(300);
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

  it('a deployment without the words of a record names commit and environment only', () => {
    const { facts } = map('deployment', payloads('deployment')[0]);
    expect(nodes(facts)).toEqual([expect.stringMatching(/^commit:/), 'environment:production']);
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

describe('53: signatures', () => {
  const body = Buffer.from('{"zen":"x"}');
  const sign = (algorithm: string, secret: string, bytes = body) => createHmac(algorithm, secret).update(bytes).digest('hex');
  const verify = (headers: Record<string, string>, bytes = body, secret = 's3cret') => githubWebhook.verify({ headers, body: bytes }, secret);
  it('are taken when right', () => expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 's3cret')}` })).toBe(true));
  it('are refused when forged, missing, SHA-1 only, of another body, or without a secret', () => {
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 'other')}` })).toBe(false);
    expect(verify({})).toBe(false);
    expect(verify({ 'x-hub-signature': `sha1=${sign('sha1', 's3cret')}` })).toBe(false);
    expect(verify({ 'x-hub-signature-256': sign('sha256', 's3cret') })).toBe(false);
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 's3cret')}` }, Buffer.from('{"zen":"y"}'))).toBe(false);
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', '')}` }, body, '')).toBe(false);
  });
});
