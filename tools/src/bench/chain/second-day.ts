import { DeleteServiceCommand, RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { ociImage, pushImage } from '@throughline/testing';
import { given } from './aws-clients.js';
import { admit, NO_GROUPS, refuseIngress } from './aws-network.js';
import type { BuiltService } from './aws-world.js';
import { LISTENER_PORT, PORT } from './exposures.js';
import { CLUSTER, ORGANIZATION, registryOf, serviceArn, type ServicePlan } from './fleet.js';
import type { Fleet } from './measure.js';
import { chance } from './random.js';
import type { ServiceTruth } from './truth.js';

/** Something that happens to a service after it was read, and what is true then. */
interface Event {
  readonly name: string;
  readonly fits: (service: ServicePlan) => boolean;
  readonly happen: (service: ServicePlan, built: BuiltService, fleet: Fleet) => Promise<(truth: ServiceTruth) => ServiceTruth>;
}

const runs = ({ exposure }: ServicePlan): boolean => exposure.desired > 0;
const inEcr = ({ images }: ServicePlan): boolean => images.pushes.length > 0;
const EVERYONE = [{ port: LISTENER_PORT, cidrs: ['0.0.0.0/0'] }];
const gone = (truth: ServiceTruth): ServiceTruth => ({ ...truth, runs: false, exposure: 'none' });

/** A new version with labels, and the service that runs it. The old version's evidence must not speak for it. */
async function release(service: ServicePlan, { clients }: BuiltService, fleet: Fleet): Promise<(truth: ServiceTruth) => ServiceTruth> {
  const commit = chance(fleet.plan.seed).hex(`${service.name} second day`);
  const repository = `${ORGANIZATION}/${service.name}`;
  const image = ociImage({ seed: commit, labels: { 'org.opencontainers.image.source': `https://github.com/${repository}`, 'org.opencontainers.image.revision': commit } });
  const host = registryOf(service.place);
  await pushImage({ endpoint: fleet.aws.url, host, name: service.name }, image, 'v9');
  const registered = await clients.ecs.send(new RegisterTaskDefinitionCommand({
    family: service.name, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512', containerDefinitions: [{ name: 'app', image: `${host}/${service.name}:v9`, portMappings: [{ containerPort: PORT }] }],
  }));
  await clients.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: service.name, taskDefinition: given(registered.taskDefinition?.taskDefinitionArn, 'a task definition') }));
  return (truth) => ({ ...truth, image: [image.digest], beside: [], source: { repository: `github.com/${repository}`, commit, evident: ['repository', 'commit'], verified: false } });
}

const EVENTS: readonly Event[] = [
  { name: 'a new version', fits: (service) => runs(service) && inEcr(service), happen: release },
  { name: 'scaled to 0', fits: runs, happen: async ({ name }, { clients }) => {
    await clients.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: name, desiredCount: 0 }));
    return gone;
  } },
  { name: 'deleted', fits: runs, happen: async ({ name }, { clients }) => {
    await clients.ecs.send(new DeleteServiceCommand({ cluster: CLUSTER, service: name, force: true }));
    return gone;
  } },
  { name: 'scaled up', fits: ({ exposed, origin }) => exposed === 'scaled to 0' && origin !== 're-tagged', happen: async ({ name }, { clients }) => {
    await clients.ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: name, desiredCount: 1 }));
    return (truth) => ({ ...truth, runs: true, exposure: 'internet' });
  } },
  { name: 'security group opened', fits: ({ exposed }) => exposed === 'closed security group' || exposed === 'another port open', happen: async (_service, { clients, balancerGroups }) => {
    await admit(clients.ec2, balancerGroups[0] ?? '', EVERYONE, NO_GROUPS);
    return (truth) => ({ ...truth, exposure: 'internet' });
  } },
  { name: 'security group closed', fits: ({ exposed }) => exposed === 'internet-facing' || exposed === 'weight 10 of 100', happen: async (_service, { clients, balancerGroups }) => {
    await refuseIngress(clients.ec2, balancerGroups[0] ?? '', EVERYONE);
    return (truth) => ({ ...truth, exposure: 'none' });
  } },
  { name: 'tag moved away', fits: (service) => runs(service) && inEcr(service) && !/\btag\b/.test(service.origin), happen: async (service, _built, fleet) => {
    const image = ociImage({ seed: `${service.name} moved` });
    const tag = service.images.deployed.at(-1)?.split(':').at(-1) ?? '';
    await pushImage({ endpoint: fleet.aws.url, host: registryOf(service.place), name: service.name }, image, tag);
    return (truth) => truth;
  } },
];

/** Lets something happen to most services and says what is true after it. The event's name stands before both situations. */
export async function secondDay(fleet: Fleet, truths: readonly ServiceTruth[]): Promise<readonly ServiceTruth[]> {
  const after: ServiceTruth[] = [];
  for (const [i, service] of fleet.plan.services.entries()) {
    const truth = truths.find((item) => item.service === serviceArn(service.place, service.name));
    const built = fleet.world.get(service.name);
    if (truth === undefined || built === undefined) continue;
    // One in turn; where it does not fit, the next that does.
    const event = [...EVENTS.slice(i % EVENTS.length), ...EVENTS].find((item) => item.fits(service));
    const change = event === undefined ? (same: ServiceTruth): ServiceTruth => same : await event.happen(service, built, fleet);
    const name = event?.name ?? 'nothing';
    after.push({ ...change(truth), origin: `${name}: ${truth.origin}`, exposed: `${name}: ${truth.exposed}` });
  }
  return after;
}
