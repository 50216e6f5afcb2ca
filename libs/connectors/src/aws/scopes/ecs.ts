import type { ECS, Service, Task } from '@aws-sdk/client-ecs';
import type { Fact } from '@throughline/connectors/api';
import { accountUrn } from '../arn.js';
import { clusterFacts, definitionFacts, definitionsInUse, firstPort, imagesOf, interfaceOf, serviceFacts, taskFacts, type TaskInterface } from '../map/ecs.js';
import { accountName, attempt, type Scope, type ScopeContext, type Step } from '../scope.js';
import { resolveTags } from './tags.js';

type State =
  | { readonly at: 'clusters'; readonly token?: string | undefined }
  /** Services, then tasks, of the clusters of a page; then the next page of clusters. */
  | { readonly at: 'services' | 'tasks'; readonly left: readonly string[]; readonly token?: string | undefined; readonly inner?: string | undefined; readonly seen: readonly string[] };

const CLUSTERS = 50;
const SERVICES = 10;
const TASKS = 100;
/** Task definitions that are remembered as told, so that a task does not tell them again. */
const MAX_SEEN = 500;

/** Clusters, services, the task definitions in use, and the tasks that run. */
export const ecsScope: Scope = {
  name: 'ecs',
  async step(context, given) {
    const state = ('at' in given ? given : { at: 'clusters' }) as State;
    const ecs = await context.client('ecs');
    switch (state.at) {
      case 'clusters': return clusters(context, ecs, state.token);
      case 'services': return services(context, ecs, state);
      case 'tasks': return tasks(context, ecs, state);
    }
  },
};

async function clusters(context: ScopeContext, ecs: ECS, token: string | undefined): Promise<Step<State>> {
  const page = await ecs.listClusters({ maxResults: CLUSTERS, ...(token !== undefined && { nextToken: token }) });
  const left = page.clusterArns ?? [];
  const next = page.nextToken || undefined;
  const own = token === undefined ? [context.say().asset(accountUrn(context.place.partition, context.place.account), { name: accountName(context), id: context.place.account })] : [];
  if (left.length === 0) return { facts: own, next: next === undefined ? undefined : { at: 'clusters', token: next } };
  const answer = await ecs.describeClusters({ clusters: left, include: ['TAGS'] });
  tellFailures(context, answer.failures);
  const say = context.say();
  return { facts: [...own, ...(answer.clusters ?? []).flatMap((cluster) => clusterFacts(say, context.place, cluster))], next: { at: 'services', left, token: next, seen: [] } };
}

type Within = Exclude<State, { at: 'clusters' }>;

async function services(context: ScopeContext, ecs: ECS, state: Within): Promise<Step<State>> {
  const [cluster] = state.left;
  if (cluster === undefined) return { facts: [], next: state.token === undefined ? undefined : { at: 'clusters', token: state.token } };
  const page = await ecs.listServices({ cluster, maxResults: SERVICES, ...(state.inner !== undefined && { nextToken: state.inner }) });
  const arns = page.serviceArns ?? [];
  const found = arns.length === 0 ? undefined : await ecs.describeServices({ cluster, services: arns, include: ['TAGS'] });
  tellFailures(context, found?.failures);
  const used = mergeUses(found?.services ?? []);
  const definitions = await describeDefinitions(context, ecs, used);
  const say = context.say();
  const facts = (found?.services ?? []).flatMap((service) => serviceFacts(say, service, definitions.ports.get(service.taskDefinition ?? '')));
  const seen = [...new Set([...state.seen, ...definitions.ports.keys()])].slice(-MAX_SEEN);
  const next: State = page.nextToken ? { ...state, inner: page.nextToken, seen } : { ...state, at: 'tasks', inner: undefined, seen };
  return { facts: [...definitions.facts, ...facts], next };
}

async function tasks(context: ScopeContext, ecs: ECS, state: Within): Promise<Step<State>> {
  const [cluster, ...left] = state.left;
  const page = await ecs.listTasks({ cluster, maxResults: TASKS, ...(state.inner !== undefined && { nextToken: state.inner }) });
  const arns = page.taskArns ?? [];
  const found = arns.length === 0 ? undefined : await ecs.describeTasks({ cluster, tasks: arns, include: ['TAGS'] });
  tellFailures(context, found?.failures);
  const running = found?.tasks ?? [];
  const unseen = new Map(running.flatMap(({ taskDefinitionArn, startedAt }) => (taskDefinitionArn === undefined || state.seen.includes(taskDefinitionArn) ? [] : [[taskDefinitionArn, startedAt] as const])));
  const definitions = await describeDefinitions(context, ecs, unseen);
  const interfaces = await interfacesOf(context, running);
  const say = context.say();
  const seen = [...new Set([...state.seen, ...definitions.ports.keys()])].slice(-MAX_SEEN);
  return {
    facts: [...definitions.facts, ...running.flatMap((task) => taskFacts(say, task, interfaces))],
    next: page.nextToken ? { ...state, inner: page.nextToken, seen } : { at: 'services', left, token: state.token, seen: [] },
  };
}

/** The earliest use of each task definition decides whether its tag can have moved since. */
function mergeUses(found: readonly Service[]): ReadonlyMap<string, Date | undefined> {
  const uses = new Map<string, Date | undefined>();
  for (const [arn, since] of found.flatMap((service) => [...definitionsInUse(service)])) {
    const known = uses.get(arn);
    if (!uses.has(arn) || (since !== undefined && known !== undefined && since < known)) uses.set(arn, since);
  }
  return uses;
}

async function describeDefinitions(context: ScopeContext, ecs: ECS, uses: ReadonlyMap<string, Date | undefined>): Promise<{ facts: Fact[]; ports: Map<string, number | undefined> }> {
  const described = [];
  for (const [arn, since] of uses) {
    const answer = await attempt(context, 'needed', undefined, () => ecs.describeTaskDefinition({ taskDefinition: arn }));
    if (answer?.taskDefinition !== undefined) described.push({ arn, since, definition: answer.taskDefinition });
  }
  const tags = await resolveTags(context, described.flatMap(({ definition }) => imagesOf(definition)));
  const say = context.say();
  return {
    facts: described.flatMap(({ definition, since }) => definitionFacts(say, definition, tags, since)),
    ports: new Map(described.map(({ arn, definition }) => [arn, firstPort(definition)])),
  };
}

async function interfacesOf(context: ScopeContext, running: readonly Task[]): Promise<ReadonlyMap<string, TaskInterface>> {
  const ids = running.flatMap((task) => interfaceOf(task).id ?? []);
  if (ids.length === 0) return new Map();
  const ec2 = await context.client('ec2');
  const answer = await attempt(context, 'refines', undefined, () => ec2.describeNetworkInterfaces({ Filters: [{ Name: 'network-interface-id', Values: ids }] }));
  return new Map((answer?.NetworkInterfaces ?? []).map(({ NetworkInterfaceId = '', Association, Groups = [] }) =>
    [NetworkInterfaceId, { publicIp: Association?.PublicIp, securityGroups: Groups.flatMap(({ GroupId }) => GroupId ?? []) }]));
}

/** What ECS could not describe: something that was just deleted (MISSING) is no fault. */
function tellFailures(context: ScopeContext, failures: readonly { readonly arn?: string | undefined; readonly reason?: string | undefined }[] | undefined): void {
  const real = (failures ?? []).filter(({ reason }) => reason !== 'MISSING');
  if (real.length === 0) return;
  context.incomplete();
  context.gap({ code: 'failed', reason: `ECS did not describe ${real.length} of what it listed: ${(real[0]?.reason ?? '').slice(0, 100)}`, remedy: 'Nothing: the next pull asks again.' });
}
