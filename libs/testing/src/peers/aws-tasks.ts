import { ownCall, type AwsAnswer, type AwsCall } from './aws-call.js';

type Json = Record<string, unknown>;
type Ask = (call: AwsCall) => Promise<AwsAnswer>;

/** What ECS gives a task besides what MiniStack does. */
interface Started {
  /** By container name. */
  readonly digests: ReadonlyMap<string, string>;
  readonly interface?: { readonly id: string; readonly privateIp: string; readonly subnet: string };
}

const STARTS = new Set(['CreateService', 'UpdateService', 'RunTask', 'DeleteService']);
const MANIFESTS = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json'].join(', ');

/**
 * Lets MiniStack's tasks have what those of AWS have: the digest that was pulled when the task started, a network
 * interface (a real one of moto, in the service's subnet and groups) and their address as a target of the service's
 * target groups. All is settled when the call that starts tasks is answered, so that a tag may move the moment after.
 */
export const createTaskOverlay = (ask: Ask, pulled: (image: string, digest: string) => string): ((call: AwsCall, answer: AwsAnswer) => Promise<AwsAnswer>) => {
  const started = new Map<string, Started>();
  const targets = new Map<string, { readonly ip: string; readonly group: string; readonly port: number }[]>();
  const settle = async (call: AwsCall, service: Json | undefined, tasks: readonly Json[]): Promise<void> => {
    for (const task of tasks.filter((item) => !started.has(String(item['taskArn'])))) started.set(String(task['taskArn']), await start(ask, pulled, call, task, service));
    if (service === undefined) return;
    const key = String(service['serviceArn']);
    const now = tasks.flatMap((task) => targetsOf(service, started.get(String(task['taskArn']))?.interface?.privateIp));
    await register(ask, call, targets.get(key) ?? [], now);
    targets.set(key, now);
  };
  return async (call, answer) => {
    if (call.service !== 'ecs' || answer.status !== 200) return answer;
    const body = JSON.parse(answer.body.toString('utf8')) as Json;
    if (STARTS.has(call.action)) {
      const service = body['service'] as Json | undefined;
      await settle(call, service, service === undefined ? body['tasks'] as Json[] : await runningTasks(ask, call, service));
      return answer;
    }
    if (call.action !== 'DescribeTasks') return answer;
    const tasks = (body['tasks'] as Json[]).map((task) => withStarted(task, started.get(String(task['taskArn']))));
    return { ...answer, body: Buffer.from(JSON.stringify({ ...body, tasks })) };
  };
};

const json = async (ask: Ask, call: AwsCall): Promise<Json> => JSON.parse((await ask(call)).body.toString('utf8')) as Json;

const runningTasks = async (ask: Ask, call: AwsCall, service: Json): Promise<Json[]> => {
  const cluster = service['clusterArn'];
  const { taskArns } = await json(ask, ownCall(call, 'ecs', 'ListTasks', { cluster, serviceName: service['serviceName'], desiredStatus: 'RUNNING' })) as { taskArns?: string[] };
  if (taskArns === undefined || taskArns.length === 0) return [];
  return (await json(ask, ownCall(call, 'ecs', 'DescribeTasks', { cluster, tasks: taskArns })))['tasks'] as Json[];
};

const start = async (ask: Ask, pulled: (image: string, digest: string) => string, call: AwsCall, task: Json, service: Json | undefined): Promise<Started> => {
  const digests = new Map<string, string>();
  for (const container of (task['containers'] ?? []) as Json[]) {
    const image = String(container['image']);
    const digest = await digestOf(ask, image);
    if (digest !== undefined) digests.set(String(container['name']), pulled(image, digest));
  }
  const network = ((service ?? {})['networkConfiguration'] as Json | undefined)?.['awsvpcConfiguration'] as Json | undefined;
  const found = network === undefined ? undefined : await networkInterface(ask, call, network);
  return found === undefined ? { digests } : { digests, interface: found };
};

/** Digest that the registry gives the reference now; a registry that is not ECR is not asked. */
const digestOf = async (ask: Ask, image: string): Promise<string | undefined> => {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (pinned !== undefined) return pinned;
  const [, host, account, region, name, tag = 'latest'] = /^((\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)\/([^:]+)(?::(.+))?$/.exec(image) ?? [];
  if (host === undefined || account === undefined || region === undefined) return undefined;
  const answer = await ask({ service: 'registry', action: 'HEAD', account, region, method: 'HEAD', path: `/v2/${name ?? ''}/manifests/${tag}`, headers: { host, accept: MANIFESTS }, body: Buffer.alloc(0) });
  const digest = answer.headers['docker-content-digest'];
  return answer.status === 200 && typeof digest === 'string' ? digest : undefined;
};

const networkInterface = async (ask: Ask, call: AwsCall, network: Json): Promise<Started['interface']> => {
  const subnet = String((network['subnets'] as string[] | undefined)?.[0] ?? '');
  const groups = Object.fromEntries(((network['securityGroups'] ?? []) as string[]).map((group, i) => [`SecurityGroupId.${i + 1}`, group]));
  const created = (await ask(ownCall(call, 'ec2', 'CreateNetworkInterface', { SubnetId: subnet, ...groups }))).body.toString('utf8');
  const id = /<networkInterfaceId>([^<]+)</.exec(created)?.[1];
  const privateIp = /<privateIpAddress>([^<]+)</.exec(created)?.[1];
  if (id === undefined || privateIp === undefined) return undefined;
  if (network['assignPublicIp'] === 'ENABLED') await publicAddress(ask, call, id);
  return { id, privateIp, subnet };
};

const publicAddress = async (ask: Ask, call: AwsCall, networkInterfaceId: string): Promise<void> => {
  const allocated = (await ask(ownCall(call, 'ec2', 'AllocateAddress', { Domain: 'vpc' }))).body.toString('utf8');
  const AllocationId = /<allocationId>([^<]+)</.exec(allocated)?.[1] ?? '';
  await ask(ownCall(call, 'ec2', 'AssociateAddress', { AllocationId, NetworkInterfaceId: networkInterfaceId }));
};

const targetsOf = (service: Json, ip: string | undefined): { ip: string; group: string; port: number }[] => {
  if (ip === undefined) return [];
  return ((service['loadBalancers'] ?? []) as Json[]).flatMap((item) => (typeof item['targetGroupArn'] === 'string' ? [{ ip, group: item['targetGroupArn'], port: Number(item['containerPort']) }] : []));
};

const register = async (ask: Ask, call: AwsCall, before: readonly { ip: string; group: string; port: number }[], now: typeof before): Promise<void> => {
  const key = (target: (typeof before)[number]): string => `${target.group} ${target.ip}`;
  const change = async (action: string, target: (typeof before)[number]): Promise<void> => {
    await ask(ownCall(call, 'elasticloadbalancing', action, { TargetGroupArn: target.group, 'Targets.member.1.Id': target.ip, 'Targets.member.1.Port': target.port }));
  };
  const [kept, had] = [new Set(now.map(key)), new Set(before.map(key))];
  for (const target of before) if (!kept.has(key(target))) await change('DeregisterTargets', target);
  for (const target of now) if (!had.has(key(target))) await change('RegisterTargets', target);
};

const withStarted = (task: Json, started: Started | undefined): Json => {
  if (started === undefined) return task;
  const containers = ((task['containers'] ?? []) as Json[]).map((container) => {
    const imageDigest = started.digests.get(String(container['name']));
    return imageDigest === undefined ? container : { ...container, imageDigest };
  });
  const found = started.interface;
  if (found === undefined) return { ...task, containers };
  const details = [{ name: 'subnetId', value: found.subnet }, { name: 'networkInterfaceId', value: found.id }, { name: 'privateIPv4Address', value: found.privateIp }];
  return { ...task, containers, attachments: [{ id: found.id, type: 'ElasticNetworkInterface', status: 'ATTACHED', details }] };
};
