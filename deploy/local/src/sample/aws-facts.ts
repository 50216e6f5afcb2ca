import { ACCOUNT, daysBefore, digestOf, latest, REGION, REGISTRY, SERVICES, type SampleService } from './world.js';

export interface AssetFact { readonly asset: { readonly urn: string; readonly kind: string; readonly attributes: object }; readonly observedAt: string }
export interface LinkFact { readonly link: { readonly from: string; readonly to: string; readonly kind: string; readonly method: string; readonly evidence: object }; readonly validFrom: string; readonly validTo?: string; readonly observedAt: string }
export type Fact = AssetFact | LinkFact;

const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const CLUSTER = `cluster:${arn('ecs', 'cluster/prod')}`;
const LB = { public: loadBalancer('shop-public', '50dc6c495c0c9188'), internal: loadBalancer('back-office', '73e2d6bc24d8a067') };

function loadBalancer(name: string, id: string) {
  return { urn: `lb:${arn('elasticloadbalancing', `loadbalancer/app/${name}/${id}`)}`, listener: `listener:${arn('elasticloadbalancing', `listener/app/${name}/${id}/0467ef3c8400ae65`)}`, rule: (rule: string) => `listener-rule:${arn('elasticloadbalancing', `listener-rule/app/${name}/${id}/0467ef3c8400ae65/${rule}`)}` };
}

export const serviceUrn = (name: string): string => `service:${arn('ecs', `service/prod/${name}`)}`;
const taskDefinition = (service: SampleService): string => `task-definition:${arn('ecs', `task-definition/${service.name}:${service.releases.length}`)}`;
const taskUrn = (name: string): string => `task:${arn('ecs', `task/prod/${Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32)}`)}`;
const targetGroup = (name: string): string => `target-group:${arn('elasticloadbalancing', `targetgroup/${name}/6d0ecf831eec9f09`)}`;
const network = (kind: string, id: string): string => `cloud-resource:${arn('ec2', `${kind}/${id}`)}`;

/** What the AWS API would say of the account now: one complete inventory. */
export function awsInventory(now: Date): readonly Fact[] {
  const observedAt = now.toISOString();
  const asset = (urn: string, kind: string, attributes: object): AssetFact => ({ asset: { urn, kind, attributes }, observedAt });
  const since = (days: number) => (from: string, to: string, kind: string, evidence: object = {}): LinkFact => ({ link: { from, to, kind, method: 'api', evidence }, validFrom: daysBefore(now, days), observedAt });
  const running = SERVICES.filter((service) => latest(service).deployedDaysAgo !== undefined);
  return [...networkFacts(asset), ...balancerFacts(asset, since(30), since(12)), ...running.flatMap((service) => serviceFacts(service, asset, since(60), since(latest(service).deployedDaysAgo ?? 0))), ...imageFacts(asset)];
}

type MakeAsset = (urn: string, kind: string, attributes: object) => AssetFact;
type MakeLink = (from: string, to: string, kind: string, evidence?: object) => LinkFact;

function networkFacts(asset: MakeAsset): readonly Fact[] {
  const ingress = (port: number, from: object) => [{ protocol: 'tcp', fromPort: port, toPort: port, cidrs: [], securityGroups: [], ...from }];
  const acl = [{ rule: 100, action: 'allow', cidr: '0.0.0.0/0', protocol: '-1', fromPort: 0, toPort: 65_535 }];
  return [
    asset(network('security-group', 'sg-0public'), 'cloud-resource', { name: 'shop-public-alb', type: 'security-group', ingress: ingress(443, { cidrs: ['0.0.0.0/0'] }) }),
    asset(network('security-group', 'sg-0office'), 'cloud-resource', { name: 'back-office-alb', type: 'security-group', ingress: ingress(443, { cidrs: ['10.0.0.0/8'] }) }),
    asset(network('security-group', 'sg-0tasks'), 'cloud-resource', { name: 'tasks', type: 'security-group', ingress: ingress(8080, { securityGroups: ['sg-0public', 'sg-0office'] }) }),
    ...['subnet-0public-a', 'subnet-0public-b'].map((id) => asset(network('subnet', id), 'cloud-resource', { type: 'subnet', internetGateway: true, networkAcl: acl })),
    ...['subnet-0private-a', 'subnet-0private-b'].map((id) => asset(network('subnet', id), 'cloud-resource', { type: 'subnet', internetGateway: false, networkAcl: acl })),
    asset(`account:aws/${ACCOUNT}`, 'account', { name: 'acme-prod', tags: { environment: 'prod' } }),
    asset(CLUSTER, 'cluster', { name: 'prod', tags: { environment: 'prod' } }),
  ];
}

function balancerFacts(asset: MakeAsset, link: MakeLink, recent: MakeLink): readonly Fact[] {
  const listener = { port: 443, protocol: 'HTTPS' };
  const waf = {};
  return [
    asset(LB.public.urn, 'load-balancer', { name: 'shop-public', dnsName: 'shop-public-1.eu-central-1.elb.amazonaws.com', scheme: 'internet-facing', type: 'application', state: 'active', securityGroups: ['sg-0public'], subnets: ['subnet-0public-a', 'subnet-0public-b'], ...waf }),
    asset(LB.internal.urn, 'load-balancer', { name: 'back-office', dnsName: 'internal-back-office-1.eu-central-1.elb.amazonaws.com', scheme: 'internal', type: 'application', state: 'active', securityGroups: ['sg-0office'], subnets: ['subnet-0private-a', 'subnet-0private-b'] }),
    asset(LB.public.listener, 'listener', listener), asset(LB.internal.listener, 'listener', listener),
    asset(LB.public.rule('pay'), 'listener-rule', { priority: 10, conditions: [{ field: 'path-pattern', values: ['/pay/*'] }], actionType: 'forward' }),
    asset('endpoint:shop.acme.example', 'endpoint', { host: 'shop.acme.example', dnsPublic: true }), asset('endpoint:ledger.acme.internal', 'endpoint', { host: 'ledger.acme.internal', dnsPublic: false }),
    link(LB.public.listener, LB.public.urn, 'listens-on'), link(LB.internal.listener, LB.internal.urn, 'listens-on'),
    link(LB.public.urn, 'endpoint:shop.acme.example', 'resolves-to', { zone: 'acme.example' }), link(LB.internal.urn, 'endpoint:ledger.acme.internal', 'resolves-to', { zone: 'acme.internal' }),
    // The public rule for /pay/* is 12 days old: before, pay was running and nobody could reach it.
    recent(targetGroup('pay'), LB.public.rule('pay'), 'routes-to', { weight: 1 }), link(LB.public.rule('pay'), LB.public.listener, 'part-of'),
    link(targetGroup('storefront'), LB.public.listener, 'routes-to', { weight: 1 }), link(targetGroup('ledger'), LB.internal.listener, 'routes-to', { weight: 1 }),
    link(LB.public.urn, `account:aws/${ACCOUNT}`, 'part-of'), link(LB.internal.urn, `account:aws/${ACCOUNT}`, 'part-of'), link(CLUSTER, `account:aws/${ACCOUNT}`, 'part-of'),
    link(CLUSTER, 'environment:prod', 'member-of', { tag: 'environment=prod' }),
  ];
}

function serviceFacts(service: SampleService, asset: MakeAsset, link: MakeLink, deployed: MakeLink): readonly Fact[] {
  const { name } = service;
  const image = `image:${REGISTRY}/${name}@${digestOf(name, latest(service).version)}`;
  const balanced = name !== 'notifier';
  const own = { subnets: ['subnet-0private-a', 'subnet-0private-b'], securityGroups: ['sg-0tasks'] };
  const targets = [{ id: '10.0.12.7', port: 8080, health: 'healthy' }, { id: '10.0.13.9', port: 8080, health: 'healthy' }];
  return [
    asset(serviceUrn(name), 'service', { name, status: 'ACTIVE', desiredCount: 2, runningCount: 2, launchType: 'FARGATE', assignPublicIp: false, port: 8080, loadBalancers: balanced ? [targetGroup(name).slice('target-group:'.length)] : [], tags: { application: service.application, environment: 'prod', team: service.team }, ...own }),
    asset(taskDefinition(service), 'task-definition', { name: `${name}:${service.releases.length}` }),
    asset(taskUrn(name), 'task', { status: 'RUNNING', ...own }),
    deployed(image, taskDefinition(service), 'runs-as', { container: name, pinned: 'digest' }), deployed(taskDefinition(service), serviceUrn(name), 'runs-as'),
    deployed(image, taskUrn(name), 'runs-as', { container: name, source: 'containers[].imageDigest' }), deployed(taskUrn(name), serviceUrn(name), 'part-of'),
    link(serviceUrn(name), CLUSTER, 'part-of'), link(serviceUrn(name), `service:${name}`, 'member-of', { tag: `service=${name}` }), link(serviceUrn(name), `application:${service.application}`, 'member-of', { tag: `application=${service.application}` }),
    link(serviceUrn(name), `team:${service.team}`, 'owned-by', { source: 'tag', tag: `team=${service.team}` }),
    ...(balanced ? [asset(targetGroup(name), 'target-group', { name, port: 8080, protocol: 'HTTP', targets }), link(serviceUrn(name), targetGroup(name), 'routes-to', { container: name, port: 8080 })] : []),
  ];
}

function imageFacts(asset: MakeAsset): readonly Fact[] {
  return SERVICES.flatMap((service) => service.releases.map(({ version }) => asset(`image:${REGISTRY}/${service.name}@${digestOf(service.name, version)}`, 'image', {
    tags: [version], mediaType: 'application/vnd.oci.image.manifest.v1+json',
    labels: service.repository ? { 'org.opencontainers.image.source': `https://github.com/acme/${service.repository}` } : {},
  })));
}
