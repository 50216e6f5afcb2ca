import type { Cluster, Deployment, NetworkConfiguration, Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Fact } from '@throughline/connectors/api';
import { parseImageReference, type Urn, urn } from '@throughline/domain';
import { accountUrn, arnUrn, parseArn } from '../arn.js';
import type { Place } from '../scope.js';
import { tagsOf, type Say } from '../say.js';

/** A network interface of a task, as EC2 knows it. */
export interface TaskInterface { readonly publicIp: string | undefined; readonly securityGroups: readonly string[] }

/** What a tag points to now. */
export interface ResolvedTag { readonly digest: string; readonly pushedAt: Date | undefined }

const words = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> | undefined => tagsOf(tags?.map(({ key, value }) => ({ key, value })));

export function clusterFacts(say: Say, place: Place, cluster: Cluster): Fact[] {
  const node = arnUrn(cluster.clusterArn, 'cluster');
  if (node === undefined) return [];
  return [
    say.asset(node, { name: cluster.clusterName, status: cluster.status, type: 'ecs', tags: words(cluster.tags) }),
    say.link(node, 'part-of', accountUrn(place.partition, place.account)),
  ];
}

/** Deployments of a service that have, or may get, tasks. */
export const liveDeployments = (service: Service): readonly Deployment[] => (service.deployments ?? []).filter(({ status }) => status === 'PRIMARY' || status === 'ACTIVE');

/** Task definitions that a service uses, with the time since which it does. */
export function definitionsInUse(service: Service): ReadonlyMap<string, Date | undefined> {
  const uses = new Map<string, Date | undefined>();
  const note = (arn: string | undefined, since: Date | undefined): void => {
    if (arn !== undefined && !uses.has(arn)) uses.set(arn, since);
  };
  for (const { taskDefinition, createdAt } of [...liveDeployments(service), ...(service.taskSets ?? [])]) note(taskDefinition, createdAt);
  note(service.taskDefinition, service.createdAt);
  return uses;
}

export function serviceFacts(say: Say, service: Service, definitionPort: number | undefined): Fact[] {
  const node = arnUrn(service.serviceArn, 'service');
  if (node === undefined) return [];
  const balancers = [...(service.loadBalancers ?? []), ...(service.taskSets ?? []).flatMap((set) => set.loadBalancers ?? [])];
  const groups = new Map(balancers.flatMap((entry) => [entry.targetGroupArn, entry.advancedConfiguration?.alternateTargetGroupArn].flatMap((arn) => (arn === undefined ? [] : [[arn, entry] as const]))));
  const primary = liveDeployments(service).find(({ status }) => status === 'PRIMARY');
  const cluster = arnUrn(service.clusterArn, 'cluster');
  return [
    say.asset(node, {
      name: service.serviceName, status: service.status, desiredCount: service.desiredCount, runningCount: service.runningCount,
      launchType: service.launchType ?? service.capacityProviderStrategy?.[0]?.capacityProvider, ...networkOf(service.networkConfiguration ?? service.taskSets?.[0]?.networkConfiguration),
      port: balancers.find(({ containerPort }) => containerPort !== undefined)?.containerPort ?? definitionPort,
      loadBalancers: balancers.flatMap((entry) => entry.targetGroupArn ?? entry.loadBalancerName ?? []), tags: words(service.tags),
    }),
    ...(cluster === undefined ? [] : [say.link(node, 'part-of', cluster, { since: service.createdAt })]),
    // the target groups are those of the deployment that runs: they hold at least since it began
    ...[...groups].flatMap(([arn, { containerName, containerPort }]) => {
      const group = arnUrn(arn, 'target-group');
      return group === undefined ? [] : [say.link(node, 'routes-to', group, { since: primary?.createdAt ?? service.createdAt, evidence: { container: containerName, port: containerPort } })];
    }),
    ...[...definitionsInUse(service)].flatMap(([arn, since]) => {
      const definition = arnUrn(arn, 'task-definition');
      return definition === undefined ? [] : [say.link(definition, 'runs-as', node, { since, evidence: { rolloutState: primary?.rolloutState } })];
    }),
  ];
}

function networkOf(network: NetworkConfiguration | undefined): Readonly<Record<string, unknown>> {
  const awsvpc = network?.awsvpcConfiguration;
  return awsvpc === undefined ? {} : { subnets: awsvpc.subnets ?? [], securityGroups: awsvpc.securityGroups ?? [], assignPublicIp: awsvpc.assignPublicIp === 'ENABLED' };
}

export const firstPort = (definition: TaskDefinition): number | undefined =>
  (definition.containerDefinitions ?? []).flatMap(({ portMappings = [] }) => portMappings.flatMap(({ containerPort }) => containerPort ?? []))[0];

export const imagesOf = (definition: TaskDefinition): readonly string[] => (definition.containerDefinitions ?? []).flatMap(({ image }) => image ?? []);

/**
 * A task definition and the images of its containers. `usedSince`: since when tasks of it run. A tag whose image was
 * pushed after that has moved meanwhile: what runs may be older, so that it is a candidate and no statement.
 */
export function definitionFacts(say: Say, definition: TaskDefinition, tags: ReadonlyMap<string, ResolvedTag>, usedSince: Date | undefined): Fact[] {
  const node = arnUrn(definition.taskDefinitionArn, 'task-definition');
  if (node === undefined) return [];
  const containers = definition.containerDefinitions ?? [];
  return [
    say.asset(node, {
      family: definition.family, revision: definition.revision, networkMode: definition.networkMode, registeredAt: definition.registeredAt?.toISOString(),
      containers: containers.map(({ name, image, essential, portMappings = [] }) => ({ name, image, essential, ports: portMappings.flatMap(({ containerPort }) => containerPort ?? []) })),
    }),
    ...containers.flatMap(({ name: container, image = '' }) => {
      const pinned = pinnedImage(image);
      if (pinned !== undefined) return [say.link(pinned, 'runs-as', node, { since: definition.registeredAt, evidence: { container, image } })];
      const resolved = tags.get(image);
      const reference = parseImageReference(image);
      if (resolved === undefined || reference === undefined) return [];
      const moved = resolved.pushedAt !== undefined && usedSince !== undefined && resolved.pushedAt > usedSince;
      return [say.link(urn(`image:${reference.name}@${resolved.digest}`), 'runs-as', node, {
        method: 'tag', ...(moved ? { confidence: MOVED } : { since: usedSince }),
        evidence: { container, image, pushedAt: resolved.pushedAt?.toISOString(), note: moved ? 'the tag was pushed after the tasks started: they may run what it named before' : 'what the tag names now' },
      })];
    }),
  ];
}

const MOVED = 0.3;

export function pinnedImage(reference: string): Urn | undefined {
  const found = parseImageReference(reference);
  return found === undefined || !found.digest.startsWith('sha256:') ? undefined : urn(`image:${found.name}@${found.digest}`);
}

export function taskFacts(say: Say, task: Task, interfaces: ReadonlyMap<string, TaskInterface>): Fact[] {
  const node = arnUrn(task.taskArn, 'task');
  if (node === undefined) return [];
  const { details, id } = interfaceOf(task);
  const card = id === undefined ? undefined : interfaces.get(id);
  const service = serviceOf(task);
  const cluster = arnUrn(task.clusterArn, 'cluster');
  const definition = arnUrn(task.taskDefinitionArn, 'task-definition');
  const since = task.startedAt ?? task.createdAt;
  const parent = service ?? cluster;
  return [
    say.asset(node, {
      status: task.lastStatus, startedAt: task.startedAt?.toISOString(), launchType: task.launchType, group: task.group,
      subnets: details['subnetId'] === undefined ? undefined : [details['subnetId']], securityGroups: card?.securityGroups, publicIp: card?.publicIp,
      privateIp: details['privateIPv4Address'], networkInterface: id, tags: words(task.tags),
    }),
    ...(parent === undefined ? [] : [say.link(node, 'part-of', parent, { since })]),
    ...(definition === undefined ? [] : [say.link(definition, 'runs-as', node, { since })]),
    ...(task.containers ?? []).flatMap(({ name: container, image = '', imageDigest }) => {
      const ran = runningImage(image, imageDigest);
      return ran === undefined ? [] : [say.link(ran.node, 'runs-as', node, { since, evidence: { container, image, from: ran.from } })];
    }),
  ];
}

/**
 * The image that a container truly runs: by the digest that ECS reports, else by the one that its definition pins. A tag
 * alone says nothing of a task that runs already; the task definition's link says it at its own, lower confidence.
 */
export function runningImage(image: string, digest: string | undefined): { readonly node: Urn; readonly from: string } | undefined {
  const reference = parseImageReference(image);
  if (reference !== undefined && digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return { node: urn(`image:${reference.name}@${digest}`), from: 'imageDigest' };
  const pinned = pinnedImage(image);
  return pinned === undefined ? undefined : { node: pinned, from: 'pinned' };
}

/** Interface of a task that has its own. */
export function interfaceOf(task: Task): { readonly id: string | undefined; readonly details: Readonly<Record<string, string | undefined>> } {
  const found = (task.attachments ?? []).find(({ type }) => type === 'ElasticNetworkInterface' || type === 'eni');
  const details = Object.fromEntries((found?.details ?? []).map(({ name = '', value }) => [name, value]));
  return { id: details['networkInterfaceId'], details };
}

/** `service:pay` in the cluster of the task is the service `…:service/<cluster>/pay`, in the old form of ARNs `…:service/pay`. */
export function serviceOf(task: Task): Urn | undefined {
  const name = task.group?.startsWith('service:') ? task.group.slice('service:'.length) : undefined;
  const own = parseArn(task.taskArn);
  const cluster = parseArn(task.clusterArn)?.resource.split('/')[1];
  if (name === undefined || own === undefined || cluster === undefined) return undefined;
  const long = own.resource.split('/').length === 3;
  return arnUrn(`arn:${own.partition}:ecs:${own.region}:${own.account}:service/${long ? `${cluster}/` : ''}${name}`, 'service');
}
