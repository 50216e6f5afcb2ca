import type { IpPermission, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet } from '@aws-sdk/client-ec2';
import type { Fact } from '@throughline/connectors/api';
import { arnUrn, ec2Arn } from '../arn.js';
import type { Place } from '../scope.js';
import { MAX_ATTRIBUTES, tagsOf, type Say } from '../say.js';

export interface IngressRule {
  readonly protocol: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly cidrs: readonly string[];
  readonly securityGroups: readonly string[];
  readonly prefixLists?: readonly string[];
}

export interface PrefixList {
  readonly name: string;
  /** Undefined: too many, or not readable, or told by its name alone. */
  readonly cidrs: readonly string[] | undefined;
}
export type PrefixLists = ReadonlyMap<string, PrefixList>;

const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6' };
const protocolOf = (protocol: string | undefined): string => PROTOCOLS[protocol ?? ''] ?? protocol ?? '-1';

export function securityGroupFacts(say: Say, place: Place, group: SecurityGroup, lists: PrefixLists): Fact[] {
  const node = arnUrn(ec2Arn(place, 'security-group', group.GroupId ?? ''), 'cloud-resource');
  if (node === undefined || group.GroupId === undefined) return [];
  const { rules, left } = fitRules((group.IpPermissions ?? []).map((permission) => ingressOf(place, permission, lists)));
  return [say.asset(node, {
    type: 'security-group', name: group.GroupName, id: group.GroupId, vpc: group.VpcId, ingress: rules, rulesLeftOut: left > 0 ? left : undefined,
    tags: tagsOf(group.Tags?.map(({ Key, Value }) => ({ key: Key, value: Value }))),
  })];
}

function ingressOf(place: Place, permission: IpPermission, lists: PrefixLists): IngressRule {
  const named = (permission.PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []);
  // a list without ranges goes by its name: CloudFront's says more than its ranges would
  const unknown = named.filter((id) => lists.get(id)?.cidrs === undefined).map((id) => lists.get(id)?.name ?? id);
  return {
    protocol: protocolOf(permission.IpProtocol), fromPort: permission.FromPort, toPort: permission.ToPort,
    cidrs: [
      ...(permission.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []), ...(permission.Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
      ...named.flatMap((id) => lists.get(id)?.cidrs ?? []),
    ],
    securityGroups: (permission.UserIdGroupPairs ?? []).flatMap(({ GroupId, UserId }) => {
      if (GroupId === undefined) return [];
      // a group of a peered account is not looked up in ours
      return UserId === undefined || UserId === place.account ? [GroupId] : [ec2Arn({ ...place, account: UserId }, 'security-group', GroupId)];
    }),
    ...(unknown.length > 0 && { prefixLists: unknown }),
  };
}

const ROOM = MAX_ATTRIBUTES - 4096;

/**
 * As many rules as an attribute holds, the widest first: what is left out can only be narrower than what is kept, so
 * that the answer to "who gets in" stays the same, and the list of the others is shorter.
 */
export function fitRules(rules: readonly IngressRule[]): { readonly rules: readonly IngressRule[]; readonly left: number } {
  const size = (value: unknown): number => JSON.stringify(value).length + 1;
  if (size(rules) <= ROOM) return { rules, left: 0 };
  const single = rules.flatMap((rule) => [
    ...(rule.securityGroups.length > 0 || rule.prefixLists !== undefined ? [{ width: 1, rule: { ...rule, cidrs: [] } }] : []),
    ...rule.cidrs.map((cidr) => ({ width: widthOf(cidr), rule: { ...rule, cidrs: [cidr], securityGroups: [], prefixLists: undefined } })),
  ]).sort((a, b) => b.width - a.width);
  const kept: IngressRule[] = [];
  let room = ROOM;
  for (const { rule } of single) {
    room -= size(rule);
    if (room < 0) break;
    kept.push(rule);
  }
  return { rules: kept, left: single.length - kept.length };
}

/** Share of its address space, 1 for all of it. */
function widthOf(cidr: string): number {
  const bits = cidr.includes(':') ? 128 : 32;
  return 2 ** -Number(cidr.split('/')[1] ?? bits);
}

export interface SubnetNetwork {
  readonly routes: RouteTable | undefined;
  readonly acl: NetworkAcl | undefined;
}

export function subnetFacts(say: Say, place: Place, subnet: Subnet, network: SubnetNetwork): Fact[] {
  const node = arnUrn(subnet.SubnetArn ?? ec2Arn(place, 'subnet', subnet.SubnetId ?? ''), 'cloud-resource');
  if (node === undefined || subnet.SubnetId === undefined) return [];
  return [say.asset(node, {
    type: 'subnet', id: subnet.SubnetId, vpc: subnet.VpcId, cidr: subnet.CidrBlock, zone: subnet.AvailabilityZone,
    internetGateway: network.routes && hasInternetRoute(network.routes), networkAcl: network.acl && aclRules(network.acl, false), networkAclEgress: network.acl && aclRules(network.acl, true),
    tags: tagsOf(subnet.Tags?.map(({ Key, Value }) => ({ key: Key, value: Value }))),
  })];
}

/** A route of everything to an internet gateway; one whose gateway is gone is a black hole. */
export const hasInternetRoute = (table: RouteTable): boolean => (table.Routes ?? []).some((route) =>
  (route.DestinationCidrBlock === '0.0.0.0/0' || route.DestinationIpv6CidrBlock === '::/0') && route.GatewayId?.startsWith('igw-') === true && route.State !== 'blackhole');

/** Rules for what comes in or goes out, in the order in which they are read. */
export function aclRules(acl: NetworkAcl, egress: boolean): readonly object[] {
  return (acl.Entries ?? []).filter((entry) => (entry.Egress === true) === egress).sort((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0)).map((entry) => ({
    rule: entry.RuleNumber, action: entry.RuleAction, cidr: entry.CidrBlock ?? entry.Ipv6CidrBlock, protocol: protocolOf(entry.Protocol),
    ...(entry.PortRange && { fromPort: entry.PortRange.From, toPort: entry.PortRange.To }),
  }));
}

/** The table of a subnet: its own, else the main one of its VPC. */
export function routesOf(subnet: Subnet, tables: readonly RouteTable[]): RouteTable | undefined {
  const own = tables.find((table) => table.Associations?.some(({ SubnetId }) => SubnetId === subnet.SubnetId));
  return own ?? tables.find((table) => table.VpcId === subnet.VpcId && table.Associations?.some(({ Main }) => Main === true));
}

export const aclOf = (subnet: Subnet, acls: readonly NetworkAcl[]): NetworkAcl | undefined =>
  acls.find((acl) => acl.Associations?.some(({ SubnetId }) => SubnetId === subnet.SubnetId));

export function interfaceFacts(say: Say, place: Place, card: NetworkInterface): Fact[] {
  const address = card.Association?.PublicIp;
  if (card.NetworkInterfaceId === undefined || address === undefined) return [];
  return [say.asset(`cloud-resource:${ec2Arn(place, 'network-interface', card.NetworkInterfaceId)}`, {
    type: 'network-interface', id: card.NetworkInterfaceId, publicIp: address, privateIp: card.PrivateIpAddress, interfaceType: card.InterfaceType,
    description: card.Description?.slice(0, 200), securityGroups: (card.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []), subnets: card.SubnetId === undefined ? [] : [card.SubnetId],
  })];
}
