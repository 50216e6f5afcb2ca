import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { platform } from '@throughline/testing';
import { apiAt, type Api } from '../bench/chain/api.js';
import { CONNECTORS } from '../bench/chain/connect.js';
import { share, type Figures } from '../bench/chain/figures.js';
import { buildFleet, measureChanges, measureFleet, type Fleet } from '../bench/chain/measure.js';
import { planFleet } from '../bench/chain/plan.js';

/** The first twelve situations of origin; `npm run bench:chain` has all, with two hundred services. */
const SERVICES = 12;
const BUILD_MS = 180_000;

interface Policy { readonly keys: readonly object[]; readonly builders: readonly string[]; readonly sigstore?: object | null }

let api: Api;
let before: Policy;
let fleet: Fleet | undefined;
let figures: Figures | undefined;

beforeAll(async () => {
  const { gatewayUrl, token } = await platform();
  api = apiAt(gatewayUrl, token);
  before = await api.get<Policy>('/v1/policies/provenance');
  const now = new Date();
  // Without Python peers the reason is printed, and there is nothing to check.
  fleet = await buildFleet(planFleet(`spec ${now.toISOString()}`, SERVICES, now), now);
  if (fleet !== undefined) figures = await measureFleet(api, fleet, now, () => undefined);
}, BUILD_MS);

afterAll(async () => {
  if (fleet === undefined) return;
  for (const id of CONNECTORS) await api.remove(`/v1/connectors/${id}`);
  const { keys, builders, sigstore } = before;
  await api.put('/v1/policies/provenance', { keys, builders, ...(sigstore && { sigstore }) });
  await fleet.stop();
}, BUILD_MS);

describe('a fleet of AWS and GitHub, read by the connectors', () => {
  it('E9: is linked as it is: nothing wrong, nothing missing, nothing verified without a proof', () => {
    if (figures === undefined) return;
    expect(figures.misses).toEqual([]);
    expect([share(figures.precision), share(figures.recall), figures.wrongVerified]).toEqual([1, 1, 0]);
    expect(figures.precision.of).toBeGreaterThan(SERVICES);
  });

  it('F1, F2: has the exposure that its network gives it', () => {
    if (figures === undefined) return;
    expect(share(figures.exposure)).toBe(1);
  });

  it('F3: a security group that closes and opens again shows within 60 s', async () => {
    if (fleet === undefined) return;
    const times = await measureChanges(api, fleet, 1);
    expect(times).toHaveLength(2);
    for (const ms of times) expect(ms).toBeLessThan(60_000);
  }, 130_000);
});
