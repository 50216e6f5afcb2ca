import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { CreateClusterCommand, CreateServiceCommand, RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { pushImage } from '@throughline/testing';
import { buildBalancer, type Built } from './aws-balancers.js';
import { clientsOf, given, type Clients } from './aws-clients.js';
import { admit, buildNetwork, createGroup, type Network } from './aws-network.js';
import { PORT } from './exposures.js';
import { CLUSTER, PLACES, registryOf, type FleetPlan, type Place, type PushPlan, type ServicePlan } from './fleet.js';

/** Groups that a later change may open or close. */
export interface BuiltService { readonly clients: Clients; readonly balancerGroups: readonly string[]; readonly group: string }
export type AwsWorld = ReadonlyMap<string, BuiltService>;

/** Builds the fleet at the endpoint: places side by side, in each one after the other. */
export async function buildAws(endpoint: string, fleet: FleetPlan): Promise<AwsWorld> {
  const built = await Promise.all(PLACES.map(async (place) => {
    const services = fleet.services.filter((service) => service.place === place);
    const clients = clientsOf(endpoint, place);
    const network = await buildNetwork(clients.ec2);
    await clients.ecs.send(new CreateClusterCommand({ clusterName: CLUSTER }));
    const done: [string, BuiltService][] = [];
    for (const service of services) done.push([service.name, await buildService(endpoint, clients, network, service)]);
    return done;
  }));
  return new Map(built.flat());
}

async function buildService(endpoint: string, clients: Clients, network: Network, plan: ServicePlan): Promise<BuiltService> {
  const { images, exposure, name, place } = plan;
  const homes = new Set(images.pushes.map((item) => item.place ?? place));
  for (const home of homes) await clientsOf(endpoint, home).ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  await push(endpoint, place, name, images.pushes.filter((item) => item.when === 'before'));
  const balancers: Built[] = [];
  for (const [i, balancer] of exposure.balancers.entries()) balancers.push(await buildBalancer(clients, network, i === 0 ? name : `${name}-${i}`, balancer));
  const balancerGroups = balancers.flatMap((item) => item.group ?? []);
  const group = await createGroup(clients.ec2, network.vpc, name);
  await admit(clients.ec2, group, exposure.ingress, { ...network, balancers: balancerGroups });
  await deploy(clients, network, plan, balancers, group);
  await push(endpoint, place, name, images.pushes.filter((item) => item.when === 'after'));
  return { clients, balancerGroups, group };
}

async function push(endpoint: string, place: Place, name: string, pushes: readonly PushPlan[]): Promise<void> {
  for (const { image, tag, place: home = place } of pushes) await pushImage({ endpoint, host: registryOf(home), name }, image, tag);
}

async function deploy({ ecs }: Clients, network: Network, { name, images, exposure }: ServicePlan, balancers: readonly Built[], group: string): Promise<void> {
  let isFirst = true;
  for (const image of images.deployed) {
    const registered = await ecs.send(new RegisterTaskDefinitionCommand({
      family: name, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512',
      containerDefinitions: [{ name: 'app', image, portMappings: [{ containerPort: PORT }] }, ...(images.sidecar ? [{ name: 'proxy', image: images.sidecar.reference, essential: false }] : [])],
    }));
    const taskDefinition = given(registered.taskDefinition?.taskDefinitionArn, 'a task definition');
    if (!isFirst) await ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: name, taskDefinition }));
    else await ecs.send(new CreateServiceCommand({
      cluster: CLUSTER, serviceName: name, taskDefinition, desiredCount: exposure.desired, launchType: 'FARGATE',
      loadBalancers: balancers.map(({ targetGroup }) => ({ targetGroupArn: targetGroup, containerName: 'app', containerPort: PORT })),
      networkConfiguration: { awsvpcConfiguration: { subnets: [...network.subnets[exposure.subnets]], securityGroups: [group], assignPublicIp: exposure.publicAddress ? 'ENABLED' : 'DISABLED' } },
    }));
    isFirst = false;
  }
}
