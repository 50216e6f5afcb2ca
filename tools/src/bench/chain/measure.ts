import { setTimeout as sleep } from 'node:timers/promises';
import { awsFront, type AwsFront } from '@throughline/testing';
import { eventually, traceOf, type Api } from './api.js';
import { admit, NO_GROUPS, refuseIngress } from './aws-network.js';
import { buildAws, type AwsWorld } from './aws-world.js';
import { judge, type Judged } from './compare.js';
import { connect, CONNECTORS, externalId, synced, tell, tellSecurityGroup } from './connect.js';
import { figuresOf, type Figures } from './figures.js';
import { serviceArn, type FleetPlan, type ServicePlan } from './fleet.js';
import { startGithub, type GithubStandIn } from './github-stand-in.js';
import { observe, type Observed } from './observe.js';
import { secondDay } from './second-day.js';
import type { ServiceTruth } from './truth.js';
import { truthsOf } from './truths.js';

/** Traces that are asked for at the same time. */
const AT_ONCE = 4;
const SETTLE_MS = 5000;
/** Rounds without a change, and the longest that is waited for them. */
const SETTLED_AFTER = 3;
const SETTLE_LIMIT_MS = 300_000;
const CHANGE_LIMIT_MS = 120_000;

export interface Fleet {
  readonly plan: FleetPlan;
  readonly aws: AwsFront;
  readonly github: GithubStandIn;
  readonly world: AwsWorld;
  stop(): Promise<void>;
}

/** Builds the fleet at the peers; undefined (its reason printed) where they cannot be had. */
export async function buildFleet(plan: FleetPlan, now: Date): Promise<Fleet | undefined> {
  const reported = new Map(plan.services.flatMap(({ images }) => (images.reported ? [[images.reported.pulled, images.reported.reported] as const] : [])));
  const aws = await awsFront({ externalId, pulled: (_image, digest) => reported.get(digest) ?? digest });
  if (aws === undefined) return undefined;
  const github = await startGithub(plan, now);
  const stop = async (): Promise<void> => { await Promise.all([aws.stop(), github.stop()]); };
  try {
    return { plan, aws, github, world: await buildAws(aws.url, plan), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lets the platform read the fleet through its connectors and compares what it says with what is true. */
export async function measureFleet(api: Api, fleet: Fleet, now: Date, say: (line: string) => void): Promise<Figures> {
  await connect(api, fleet.aws.url, fleet.github.url);
  await tell(api, fleet.plan, now);
  await synced(api, '', say);
  return settled(api, truthsOf(fleet.plan), say);
}

/** Lets the fleet change, has everything read again, and compares. */
export async function measureSecondDay(api: Api, fleet: Fleet, say: (line: string) => void): Promise<Figures> {
  const truths = await secondDay(fleet, truthsOf(fleet.plan));
  const since = new Date().toISOString();
  for (const id of CONNECTORS) await api.post(`/v1/connectors/${id}/sync`, {});
  await synced(api, since, say);
  return settled(api, truths, say);
}

/** What was read last may still be on its way through the topics: an answer counts once it is right, or stays the same. */
async function settled(api: Api, truths: readonly ServiceTruth[], say: (line: string) => void): Promise<Figures> {
  const began = performance.now();
  for (let before = '', same = 0; ;) {
    const found = await askAll(api, truths);
    const judged = truths.map((truth) => judge(truth, found.get(truth.service)));
    const shown = JSON.stringify([...found]);
    const ms = performance.now() - began;
    same = shown === before ? same + 1 : 0;
    if (judged.every(({ misses }) => misses.length === 0) || same >= SETTLED_AFTER || ms > SETTLE_LIMIT_MS) {
      say(`  the same answers since ${((ms - same * SETTLE_MS) / 1000).toFixed(1)} s after the last sync`);
      return figures(judged, found);
    }
    before = shown;
    await sleep(SETTLE_MS);
  }
}

const figures = (judged: readonly Judged[], found: ReadonlyMap<string, Observed>): Figures => figuresOf(judged, judged.map(({ truth }) => found.get(truth.service)?.exposure));

async function askAll(api: Api, truths: readonly ServiceTruth[]): Promise<Map<string, Observed>> {
  const found = new Map<string, Observed>();
  const waiting = truths.map(({ service }) => service);
  const worker = async (): Promise<void> => {
    for (let service = waiting.pop(); service !== undefined; service = waiting.pop()) {
      const trace = await traceOf(api, service).catch(() => undefined);
      if (trace !== undefined) found.set(service, observe(service, trace));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Closes and opens the load balancers' groups of some services; milliseconds from the event to the changed answer, undefined for one that did not change. */
export async function measureChanges(api: Api, fleet: Fleet, count: number): Promise<readonly (number | undefined)[]> {
  const chosen = fleet.plan.services.filter(({ exposed }) => exposed === 'internet-facing' || exposed === 'internet-facing, rule by path').slice(0, count);
  const times: (number | undefined)[] = [];
  for (const service of chosen) {
    times.push(await change(api, fleet, service, 'RevokeSecurityGroupIngress', 'none'));
    times.push(await change(api, fleet, service, 'AuthorizeSecurityGroupIngress', 'internet'));
  }
  return times;
}

async function change(api: Api, fleet: Fleet, { name, place, exposure }: ServicePlan, action: 'AuthorizeSecurityGroupIngress' | 'RevokeSecurityGroupIngress', expected: string): Promise<number | undefined> {
  const built = fleet.world.get(name);
  const [group] = built?.balancerGroups ?? [];
  const ingress = exposure.balancers[0]?.ingress ?? [];
  if (built === undefined || group === undefined) throw new Error(`${name} has no load balancer with a group`);
  if (action === 'RevokeSecurityGroupIngress') await refuseIngress(built.clients.ec2, group, ingress);
  else await admit(built.clients.ec2, group, ingress, NO_GROUPS);
  await tellSecurityGroup(api, place, group, action);
  return (await eventually(() => traceOf(api, serviceArn(place, name)), (trace) => trace.exposure === expected, CHANGE_LIMIT_MS))?.ms;
}
