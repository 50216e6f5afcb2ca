import type { Exposure } from '@throughline/domain';

export interface Ingress {
  /** Absent: all ports. */
  readonly port?: number;
  readonly cidrs?: readonly string[];
  readonly ipv6?: readonly string[];
  /** Members of the group of the load balancer, or of a group that nobody is in. */
  readonly from?: 'balancer' | 'nobody';
  /** The addresses of CloudFront, by the list that AWS keeps of them. */
  readonly cloudfront?: true;
}

export type Subnets = 'public' | 'private' | 'refused';

export interface BalancerPlan {
  readonly scheme: 'internet-facing' | 'internal';
  readonly type: 'application' | 'network';
  readonly subnets: Subnets;
  /** It has addresses of IPv6 too. */
  readonly dual?: boolean;
  readonly ingress: readonly Ingress[];
  /** The service is behind a rule; absent: behind the default action. */
  readonly rule?: { readonly path?: string; readonly sourceIps?: readonly string[]; readonly authenticated?: boolean; readonly weight?: number };
  /** What stands in front of it. CloudFront is only in the partition `aws`. */
  readonly door?: 'api-gateway' | 'api-gateway-iam' | 'cloudfront';
  readonly firewall?: { readonly defaultAction: 'allow' | 'block'; readonly cidrs: readonly string[] };
}

export interface ExposurePlan {
  readonly truth: Exposure;
  readonly balancers: readonly BalancerPlan[];
  readonly subnets: Subnets;
  readonly publicAddress: boolean;
  readonly ingress: readonly Ingress[];
  readonly desired: number;
}

export const PORT = 8080;
export const LISTENER_PORT = 443;
const ANYONE = ['0.0.0.0/0'];
const OFFICE = ['203.0.113.0/24'];
const OPEN: readonly Ingress[] = [{ port: LISTENER_PORT, cidrs: ANYONE }];
const FRONT: BalancerPlan = { scheme: 'internet-facing', type: 'application', subnets: 'public', ingress: OPEN };
const BEHIND: ExposurePlan = { truth: 'internet', balancers: [FRONT], subnets: 'private', publicAddress: false, ingress: [{ port: PORT, from: 'balancer' }], desired: 1 };
const ALONE: ExposurePlan = { truth: 'internet', balancers: [], subnets: 'public', publicAddress: true, ingress: [{ port: PORT, cidrs: ANYONE }], desired: 1 };

const behind = (truth: Exposure, front: Partial<BalancerPlan> = {}, own: Partial<ExposurePlan> = {}): ExposurePlan => ({ ...BEHIND, truth, balancers: [{ ...FRONT, ...front }], ...own });
const alone = (truth: Exposure, own: Partial<ExposurePlan> = {}): ExposurePlan => ({ ...ALONE, truth, ...own });

/** How a service is, or is not, reached. What is true follows from how AWS routes packets, not from what we compute. */
const PLANS = {
  'internet-facing': behind('internet'),
  'internet-facing, rule by path': behind('internet', { rule: { path: '/api/*' } }),
  'internet-facing, open by IPv6 only': behind('internet', { dual: true, ingress: [{ port: LISTENER_PORT, ipv6: ['::/0'] }] }),
  'internet-facing by IPv4, open by IPv6 only': behind('none', { ingress: [{ port: LISTENER_PORT, ipv6: ['::/0'] }] }),
  'internet-facing, all ports open': behind('internet', { ingress: [{ cidrs: ANYONE }] }),
  'internet-facing, open in two halves': behind('internet', { ingress: [{ port: LISTENER_PORT, cidrs: ['0.0.0.0/1', '128.0.0.0/1'] }] }),
  'internal load balancer': behind('internal', { scheme: 'internal', subnets: 'private', ingress: [{ port: LISTENER_PORT, cidrs: ['10.0.0.0/8'] }] }),
  'internal load balancer, group open to anyone': behind('internal', { scheme: 'internal', subnets: 'private' }),
  'internal and internet-facing': { ...BEHIND, balancers: [{ ...FRONT, scheme: 'internal', subnets: 'private' }, FRONT] },
  'closed security group': behind('none', { ingress: [] }),
  'another port open': behind('none', { ingress: [{ port: 22, cidrs: ANYONE }] }),
  'limited range': behind('limited', { ingress: [{ port: LISTENER_PORT, cidrs: OFFICE }] }),
  'members of a group only': behind('internal', { ingress: [{ port: LISTENER_PORT, from: 'nobody' }] }),
  'authenticated rule': behind('limited', { rule: { path: '/*', authenticated: true } }),
  'rule by public source address': behind('limited', { rule: { sourceIps: OFFICE } }),
  'rule by private source address': behind('internal', { rule: { sourceIps: ['10.0.0.0/8'] } }),
  'firewall that blocks by default': behind('limited', { firewall: { defaultAction: 'block', cidrs: OFFICE } }),
  'firewall that allows by default': behind('internet', { firewall: { defaultAction: 'allow', cidrs: [] } }),
  'weight 0': behind('none', { rule: { path: '/*', weight: 0 } }),
  'weight 10 of 100': behind('internet', { rule: { path: '/*', weight: 10 } }),
  'internet-facing in private subnets': behind('internal', { subnets: 'private' }),
  'network ACL that refuses': behind('none', { subnets: 'refused' }),
  'service does not admit the load balancer': behind('none', {}, { ingress: [{ port: PORT, from: 'nobody' }] }),
  'network load balancer without groups': behind('internet', { type: 'network', ingress: [] }, { ingress: [{ port: PORT, cidrs: ANYONE }] }),
  'API gateway before an internal load balancer': behind('internet', { scheme: 'internal', subnets: 'private', ingress: [{ port: LISTENER_PORT, cidrs: ['10.0.0.0/8'] }], door: 'api-gateway' }),
  'API gateway with IAM before an internal load balancer': behind('limited', { scheme: 'internal', subnets: 'private', ingress: [{ port: LISTENER_PORT, cidrs: ['10.0.0.0/8'] }], door: 'api-gateway-iam' }),
  'CloudFront before a load balancer that admits only it': behind('internet', { ingress: [{ port: LISTENER_PORT, cloudfront: true }], door: 'cloudfront' }),
  'scaled to 0': behind('none', {}, { desired: 0 }),
  'public address': alone('internet'),
  'public address, closed group': alone('none', { ingress: [] }),
  'public address, limited range': alone('limited', { ingress: [{ port: PORT, cidrs: OFFICE }] }),
  'public address without a route': alone('internal', { subnets: 'private' }),
  'public address, scaled to 0': alone('none', { desired: 0 }),
  'private address, no load balancer': alone('internal', { subnets: 'private', publicAddress: false, ingress: [{ port: PORT, cidrs: ['10.0.0.0/8'] }] }),
  'private address, closed group': alone('none', { subnets: 'private', publicAddress: false, ingress: [] }),
} as const satisfies Readonly<Record<string, ExposurePlan>>;

export type ExposureName = keyof typeof PLANS;
export const EXPOSURES = Object.keys(PLANS) as readonly ExposureName[];
export const exposureOf = (name: ExposureName): ExposurePlan => PLANS[name];
