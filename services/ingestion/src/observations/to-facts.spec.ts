import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bundleText, isShallow, MAX_BUNDLE_BYTES } from './bundle.js';
import { assetObservations } from './schema.js';
import { toFacts } from './to-facts.js';

const at = '2026-01-01T10:00:00.000Z';
const image = `image:registry.example/pay@sha256:${'a'.repeat(64)}`;
const envelope = { payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: [{ sig: 'AA==' }] };
const read = (...facts: readonly object[]) => assetObservations.parse({ source: 's', facts }).facts.flatMap(toFacts);
const refused = (fact: object) => assetObservations.safeParse({ source: 's', facts: [fact] }).success === false;

describe('attestations through the open door', () => {
  it('are taken as object or as text, and are the same under whatever time', () => {
    const [asObject] = read({ attestation: { subject: image, bundle: envelope, mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }, observedAt: at });
    const [asText] = read({ attestation: { subject: image, bundle: JSON.stringify(envelope) }, observedAt: '2027-01-01T10:00:00Z' });
    expect(asObject).toMatchObject({ timeless: true, attestation: { subject: image, bundle: JSON.stringify(envelope), origin: 'open', mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', observedAt: at } });
    expect(asText?.naturalKey).toBe(asObject?.naturalKey);
    expect(read({ attestation: { bundle: envelope }, observedAt: at })[0]).not.toHaveProperty('attestation.subject');
  });
  it('are refused when they are no JSON object, too large, too deep, or filed under something that is no image', () => {
    const one = (over: object) => ({ attestation: { subject: image, bundle: envelope, ...over }, observedAt: at });
    let deep: object = {};
    for (let i = 0; i < 5_000; i += 1) deep = { deep };
    for (const over of [{ bundle: 'text' }, { bundle: '[]' }, { bundle: [] }, { bundle: null }, { bundle: { x: 'ü'.repeat(MAX_BUNDLE_BYTES / 2) } }, { bundle: JSON.stringify({ x: 'y'.repeat(MAX_BUNDLE_BYTES) }) }, { bundle: deep }, { subject: 'team:x' }, { verified: true }]) {
      expect([Object.keys(over), refused(one(over))]).toEqual([Object.keys(over), true]);
    }
  });
});

describe('a link that brings its proof', () => {
  const link = (method: string, evidence: object) => ({ link: { from: 'build:github.com/acme/pay/actions/runs/1', to: image, kind: 'produced', method, evidence }, validFrom: at, observedAt: at });

  it.each(['bundle', 'envelope'])('sends its %s on to be checked, keeps the hash, and claims nothing by it', (name) => {
    const facts = read(link('attestation', { [name]: envelope, builder: 'x' }));
    expect(facts).toMatchObject([{ link: { method: 'attestation', evidence: { builder: 'x', [name]: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } } }, { attestation: { subject: image, bundle: JSON.stringify(envelope), origin: 'open' } }]);
  });
  it('may be large in its proof only', () => {
    expect(read(link('attestation', { bundle: { ...envelope, payload: 'A'.repeat(200_000) } }))).toHaveLength(2);
    expect(refused(link('attestation', { bundle: envelope, note: 'A'.repeat(20_000) }))).toBe(true);
    expect(refused(link('attestation', { bundle: 'A'.repeat(20_000) }))).toBe(true);
  });
  it('of another method is left as it is, and stays small', () => {
    expect(refused(link('api', { bundle: { ...envelope, payload: 'A'.repeat(20_000) } }))).toBe(true);
    expect(read(link('api', { bundle: envelope }))).toMatchObject([{ link: { evidence: { bundle: envelope } } }]);
  });
});

describe('values of others', () => {
  it('42: are measured in depth without recursion', () => {
    expect(isShallow(JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`))).toBe(false);
    expect(isShallow(JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`))).toBe(true);
    expect(refused({ asset: { urn: 'team:x', kind: 'team', attributes: { deep: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) } }, observedAt: at })).toBe(true);
  });
  it('are a bundle exactly when they are a JSON object', () => {
    fc.assert(fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      expect(bundleText(text) !== undefined).toBe(isObject);
    }));
  });
});
