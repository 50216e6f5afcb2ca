import { numberOf, objectOf, textOf, type JsonObject } from '@throughline/connectors/api';
import { runningImage } from './images.js';
import { labelsOf, listOf, type KubeObject, type Labels } from './objects.js';
import { serviceUrn } from './say.js';

export interface ContainerPort { readonly name: string; readonly port: number }

/** Something that runs pods and lasts: what we call a service. */
export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly urn: string;
  readonly createdAt: string;
  /** Labels of its pods. */
  readonly podLabels: Labels;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly desired: number | undefined;
  readonly running: number | undefined;
  readonly hostNetwork: boolean;
  readonly ports: readonly ContainerPort[];
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  readonly pods: readonly KubeObject[];
}

/** The first of a name has it alone; others carry their kind, so that a Deployment and a CronJob of one name stay apart. */
const PRECEDENCE = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'DeploymentConfig', 'ReplicaSet', 'CronJob', 'Pod'];
const TEMPLATED = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'ReplicaSet']);

interface Owner { readonly kind: string; readonly name: string }

/** Workloads of one namespace, by their urns in order. */
export function workloadsOf(objects: readonly KubeObject[], cluster: string): readonly Workload[] {
  const pods = new Map<string, KubeObject[]>();
  for (const pod of objects.filter(({ kind }) => kind === 'Pod')) {
    const owner = ownerOf(pod, objects);
    if (owner !== undefined) pods.set(key(owner), [...(pods.get(key(owner)) ?? []), pod]);
  }
  const declared = objects.filter((object) => TEMPLATED.has(object.kind) && (object.kind !== 'ReplicaSet' || object.controller === undefined));
  const known = new Set(declared.map(key));
  // Controllers that are not read themselves (Rollouts, operators) show in their pods.
  const shown = [...pods].filter(([name]) => !known.has(name)).map(([name, [first]]) => ({ owner: parseKey(name), first: first as KubeObject }));
  const all = [
    ...declared.map((object) => fromTemplate(object, pods.get(key(object)) ?? [])),
    ...shown.map(({ owner, first }) => fromPods(owner, first, pods.get(key(owner)) ?? [])),
  ];
  return named(all, cluster);
}

const key = ({ kind, name }: Owner): string => `${kind}/${name}`;
const parseKey = (text: string): Owner => ({ kind: text.slice(0, text.indexOf('/')), name: text.slice(text.indexOf('/') + 1) });

/** What a pod belongs to in the end; undefined for pods of the node itself, and of jobs that come once. */
function ownerOf(pod: KubeObject, objects: readonly KubeObject[]): Owner | undefined {
  const { controller } = pod;
  if (controller === undefined) return { kind: 'Pod', name: pod.name };
  if (controller.kind === 'Node') return undefined;
  if (controller.kind === 'ReplicaSet') {
    const set = objects.find(({ kind, name }) => kind === 'ReplicaSet' && name === controller.name);
    if (set !== undefined) return set.controller ?? controller;
    // Its ReplicaSet could not be read: a Deployment's is named after it and the hash that the pod carries.
    const hash = pod.labels['pod-template-hash'];
    return hash && controller.name.endsWith(`-${hash}`) ? { kind: 'Deployment', name: controller.name.slice(0, -hash.length - 1) } : controller;
  }
  if (controller.kind === 'Job') return objects.find(({ kind, name }) => kind === 'Job' && name === controller.name)?.controller;
  return controller;
}

type Unnamed = Omit<Workload, 'urn'>;

function fromTemplate(object: KubeObject, pods: readonly KubeObject[]): Unnamed {
  const { kind, spec, status } = object;
  const template = objectOf(kind === 'CronJob' ? objectOf(objectOf(spec['jobTemplate'])['spec'])['template'] : spec['template']);
  const inner = objectOf(template['spec']);
  const counts = kind === 'DaemonSet' ? [status['desiredNumberScheduled'], status['numberReady']] : kind === 'CronJob' ? [undefined, undefined] : [spec['replicas'] ?? 1, status['readyReplicas'] ?? 0];
  return {
    ...identity(object), kind, podLabels: labelsOf(objectOf(template['metadata'])['labels']), desired: numberOf(counts[0]), running: numberOf(counts[1]), pods,
    hostNetwork: inner['hostNetwork'] === true, ...containersOf(inner),
  };
}

function fromPods(owner: Owner, first: KubeObject, pods: readonly KubeObject[]): Unnamed {
  return {
    ...identity(first), ...owner, podLabels: first.labels, desired: undefined, running: pods.filter(isReady).length, pods,
    hostNetwork: first.spec['hostNetwork'] === true, ...containersOf(first.spec),
  };
}

const identity = ({ namespace, name, createdAt, labels, annotations }: KubeObject): Pick<Workload, 'namespace' | 'name' | 'createdAt' | 'labels' | 'annotations'> => ({ namespace, name, createdAt, labels, annotations });

function containersOf(spec: JsonObject): Pick<Workload, 'ports' | 'containers'> {
  const containers = listOf(spec['containers']);
  return {
    ports: containers.flatMap((container) => listOf(container['ports'])).flatMap((port) => (typeof port['containerPort'] === 'number' ? [{ name: textOf(port['name']), port: port['containerPort'] }] : [])),
    containers: containers.map((container) => ({ name: textOf(container['name']), image: textOf(container['image']) })),
  };
}

function named(workloads: readonly Unnamed[], cluster: string): readonly Workload[] {
  const rank = ({ kind }: Unnamed): number => (PRECEDENCE.includes(kind) ? PRECEDENCE.indexOf(kind) : PRECEDENCE.indexOf('Rollout'));
  const taken = new Set<string>();
  const found = [...workloads].sort((a, b) => rank(a) - rank(b) || (key(a) < key(b) ? -1 : 1)).map((workload): Workload => {
    const { namespace, name, kind } = workload;
    const plain = serviceUrn(cluster, namespace, name);
    const urn = taken.has(plain) ? serviceUrn(cluster, namespace, `${name}.${kind.toLowerCase()}`) : plain;
    taken.add(urn);
    return { ...workload, urn };
  });
  return found.sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

export const isReady = ({ status, deleting }: KubeObject): boolean => !deleting && listOf(status['conditions']).some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');

export interface RunningContainer { readonly image: string; readonly container: string; readonly imageId: string; readonly since: string }

/**
 * Images of the pods' containers, each once, since the earliest start that is still seen. Pods of a CronJob count after
 * their end too: the last run is what the schedule runs. Init containers count where they stay (sidecars).
 */
export function runningContainers({ pods, kind }: Pick<Workload, 'pods' | 'kind'>): readonly RunningContainer[] {
  const found = new Map<string, RunningContainer>();
  const counts = kind === 'CronJob' ? ['Running', 'Pending', 'Succeeded', 'Failed'] : ['Running', 'Pending'];
  for (const pod of pods.filter(({ status, deleting }) => !deleting && counts.includes(textOf(status['phase'])))) {
    for (const one of containersIn(pod)) {
      const known = found.get(`${one.image}|${one.container}`);
      if (known === undefined || (one.since !== '' && one.since < known.since)) found.set(`${one.image}|${one.container}`, one);
    }
  }
  return [...found.values()].sort((a, b) => (`${a.image}|${a.container}` < `${b.image}|${b.container}` ? -1 : 1));
}

function containersIn({ spec, status, createdAt }: KubeObject): RunningContainer[] {
  const asked = new Map([...listOf(spec['containers']), ...listOf(spec['initContainers']).filter(({ restartPolicy }) => restartPolicy === 'Always')].map((container) => [textOf(container['name']), textOf(container['image'])]));
  return [...listOf(status['containerStatuses']), ...listOf(status['initContainerStatuses'])].flatMap((container) => {
    const name = textOf(container['name']);
    const imageId = textOf(container['imageID']);
    const image = asked.has(name) && imageId !== '' ? runningImage(asked.get(name) ?? '', imageId) : undefined;
    if (image === undefined) return [];
    const { running, terminated } = objectOf(container['state']) as { running?: unknown; terminated?: unknown };
    const since = textOf(objectOf(running)['startedAt']) || textOf(objectOf(terminated)['startedAt']) || textOf(status['startTime']) || createdAt;
    return [{ image, container: name, imageId, since }];
  });
}
