import { describe, expect, it } from '@jest/globals';
import { urn } from '@throughline/domain';
import { IMAGE, MemoryWorld, payWorld, SERVICE, SHA } from '../../test/support/memory-world.js';
import { coverageOf } from './coverage.js';
import { endingIn } from './exposure-timeline.js';
import { HOPS, imageHops, remedyOf, serviceHops } from './hops.js';
import type { HopState } from './hops.js';
import { EMPTY_MODEL } from './model.js';
import { resolveOrigins } from './origins.js';
import { serviceStates } from './service-state.js';

const hopsOf = async (world: MemoryWorld): Promise<HopState[]> => imageHops(urn(IMAGE('1')), (await resolveOrigins(world.graph(), [urn(IMAGE('1'))])).get(urn(IMAGE('1'))) ?? []);
const servicesOf = async (world: MemoryWorld, service = SERVICE): Promise<HopState[]> => (await serviceStates(world.graph(), [urn(service)], EMPTY_MODEL)).states.flatMap(serviceHops);

describe('hops', () => {
  it('of an image: by the strongest origin that may be claimed', async () => {
    expect((await hopsOf(payWorld())).map((hop) => [hop.hop, hop.method, hop.verified])).toEqual([['repository-of-image', 'attestation', true], ['build', 'attestation', true], ['commit', 'attestation', true]]);
    const labelled = new MemoryWorld().link(`commit:github.com/acme/pay@${SHA('a')}`, 'produced', IMAGE('1'), { method: 'oci-label' });
    expect((await hopsOf(labelled)).map((hop) => [hop.hop, hop.method])).toEqual([['repository-of-image', 'oci-label'], ['build', ''], ['commit', 'oci-label']]);
  });

  it('of an image whose origins contradict each other: none is claimed, and the reason says so', async () => {
    const world = new MemoryWorld().link(`commit:github.com/acme/pay@${SHA('a')}`, 'produced', IMAGE('1'), { method: 'oci-label' })
      .link(`commit:github.com/acme/base@${SHA('b')}`, 'produced', IMAGE('1'), { method: 'build-output' });
    const hops = await hopsOf(world);
    expect(hops.every((hop) => hop.method === '' && hop.reason.includes('contradict'))).toBe(true);
  });

  it('of a service: stopped it misses no image; a durable one is measured by its runtimes', async () => {
    expect((await servicesOf(payWorld())).map((hop) => [hop.hop, hop.method])).toEqual([['runtime', 'api'], ['exposure', 'internet'], ['environment', ''], ['application', '']]);
    const stopped = payWorld().node(SERVICE, { desiredCount: 0, runningCount: 0 }, 2);
    expect((await servicesOf(stopped)).map((hop) => hop.hop)).toEqual(['exposure', 'environment', 'application']);
    expect(await servicesOf(payWorld().link(SERVICE, 'member-of', 'service:pay', { method: 'manual' }), 'service:pay')).toEqual([]);
  });

  it('each has a remedy, for each kind of asset that misses it', () => {
    for (const hop of HOPS) for (const node of [IMAGE('1'), SERVICE, 'repo:github.com/acme/pay']) expect(remedyOf(hop, urn(node)).length).toBeGreaterThan(20);
  });
});

describe('coverage', () => {
  it('adds up, and shows hops of which nothing was said as unmeasured, not as covered', () => {
    const hops = coverageOf([{ hop: 'build', method: 'attestation', verified: true, count: 3 }, { hop: 'build', method: 'attestation', verified: false, count: 1 }, { hop: 'build', method: '', verified: false, count: 4 }]);
    expect(hops.map((hop) => hop.hop)).toEqual([...HOPS]);
    expect(hops.find((hop) => hop.hop === 'build')).toMatchObject({ assets: 8, known: 4, verified: 3, missing: 4, share: 0.5, byMethod: { attestation: 4 } });
    expect(hops.find((hop) => hop.hop === 'owner')).toMatchObject({ assets: 0, known: 0, share: null, byMethod: {} });
  });
});

describe('the last period', () => {
  const service = urn(SERVICE);
  const before = [{ service, exposure: 'none' as const, from: 10, to: null }];
  it('says what is judged now, since it was noticed, and keeps that time', () => {
    expect(endingIn('none', service, before, undefined, 50)).toBe(before);
    const noticed = endingIn('internet', service, before, undefined, 50);
    expect(noticed).toEqual([{ service, exposure: 'none', from: 10, to: 50 }, { service, exposure: 'internet', from: 50, to: null }]);
    expect(endingIn('internet', service, before, noticed[1], 90)).toEqual(noticed);
    expect(endingIn('unknown', service, [], undefined, 5)).toEqual([{ service, exposure: 'unknown', from: 5, to: null }]);
  });
});
