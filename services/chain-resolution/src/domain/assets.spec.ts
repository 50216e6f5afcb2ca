import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import fc from 'fast-check';
import { deriveAsset, mergeAssetClaims, type AssetClaim } from './assets.js';

const SERVICE = urn('service:arn:aws:ecs:eu-central-1:1:service/main/pay');
const claim = (over: Partial<AssetClaim>): AssetClaim => ({ urn: SERVICE, source: 'aws:1/eu-central-1', scope: 'ecs', attributes: {}, observedAt: 10, endedAt: null, ...over });
const record = (observedAt: number): AssetClaim => claim({ source: 'deployments', scope: '', observedAt });

describe('whether a node still exists', () => {
  it('a service that its inventory no longer holds is gone, whatever records tell of the past', () => {
    expect(deriveAsset([claim({ endedAt: 20 }), record(12)])?.retiredAt).toBe(20);
    expect(deriveAsset([claim({}), record(12)])?.retiredAt).toBeNull();
  });

  it('a later record says that it came back, and without an inventory a record is all there is', () => {
    expect(deriveAsset([claim({ endedAt: 20 }), record(30)])?.retiredAt).toBeNull();
    expect(deriveAsset([record(12)])?.retiredAt).toBeNull();
  });

  it('what no runtime decides lives as long as somebody says so', () => {
    const repository = urn('repo:github.com/acme/pay');
    expect(deriveAsset([claim({ urn: repository, endedAt: 20 }), { ...record(12), urn: repository }])?.retiredAt).toBeNull();
  });

  it('does not depend on the order in which claims are merged', () => {
    const claims = fc.array(fc.record({ observedAt: fc.integer({ min: 1, max: 5 }), endedAt: fc.option(fc.integer({ min: 1, max: 5 })), attributes: fc.constantFrom<object>({}, { a: 1 }, { a: 2 }) }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(claims, (all) => {
      const merged = (list: typeof all): AssetClaim => list.map((one) => claim(one as Partial<AssetClaim>)).reduce(mergeAssetClaims);
      expect(merged([...all].reverse()).attributes).toEqual(merged(all).attributes);
    }));
  });
});
