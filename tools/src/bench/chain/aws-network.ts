import {
  AssociateRouteTableCommand, AttachInternetGatewayCommand, AuthorizeSecurityGroupIngressCommand, CreateInternetGatewayCommand, CreateNetworkAclCommand, CreateNetworkAclEntryCommand, CreateRouteCommand,
  CreateRouteTableCommand, CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand, DescribeManagedPrefixListsCommand, DescribeNetworkAclsCommand, ReplaceNetworkAclAssociationCommand, RevokeSecurityGroupIngressCommand,
  type EC2Client, type IpPermission,
} from '@aws-sdk/client-ec2';
import { given } from './aws-clients.js';
import type { Ingress, Subnets } from './exposures.js';

export interface Network {
  readonly vpc: string;
  readonly subnets: Readonly<Record<Subnets, readonly string[]>>;
  /** A group that nobody is in. */
  readonly nobody: string;
  /** AWS's own list of the addresses of CloudFront. */
  readonly cloudfront: string;
}

/** A VPC with public subnets, private ones, and public ones whose network ACL refuses everything. */
export async function buildNetwork(ec2: EC2Client): Promise<Network> {
  const vpc = given((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }))).Vpc?.VpcId, 'a VPC');
  const gateway = given((await ec2.send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId, 'a gateway');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
  const [outside, inside] = [await routes(ec2, vpc, gateway), await routes(ec2, vpc, undefined)];
  const subnets = { public: await pair(ec2, vpc, 1, outside), private: await pair(ec2, vpc, 3, inside), refused: await pair(ec2, vpc, 5, outside) };
  await refuse(ec2, vpc, subnets.refused);
  return { vpc, subnets, nobody: await createGroup(ec2, vpc, 'nobody'), cloudfront: await cloudfrontList(ec2) };
}

async function cloudfrontList(ec2: EC2Client): Promise<string> {
  const { PrefixLists = [] } = await ec2.send(new DescribeManagedPrefixListsCommand({}));
  return PrefixLists.find(({ PrefixListName }) => PrefixListName === 'com.amazonaws.global.cloudfront.origin-facing')?.PrefixListId ?? '';
}

async function routes(ec2: EC2Client, vpc: string, gateway: string | undefined): Promise<string> {
  const table = given((await ec2.send(new CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId, 'a route table');
  if (gateway !== undefined) {
    await ec2.send(new CreateRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway }));
    await ec2.send(new CreateRouteCommand({ RouteTableId: table, DestinationIpv6CidrBlock: '::/0', GatewayId: gateway }));
  }
  return table;
}

/** Room for many network interfaces: each task gets one. */
async function pair(ec2: EC2Client, vpc: string, third: number, table: string): Promise<string[]> {
  const ids: string[] = [];
  for (const offset of [0, 1]) {
    const subnet = given((await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: `10.0.${(third + offset) * 16}.0/20` }))).Subnet?.SubnetId, 'a subnet');
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet }));
    ids.push(subnet);
  }
  return ids;
}

/** A new network ACL holds nothing but the last rule, which refuses. The one that was there lets IPv6 in, as in every VPC that has it. */
async function refuse(ec2: EC2Client, vpc: string, subnets: readonly string[]): Promise<void> {
  const acl = given((await ec2.send(new CreateNetworkAclCommand({ VpcId: vpc }))).NetworkAcl?.NetworkAclId, 'a network ACL');
  const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }));
  const first = given(NetworkAcls.find((item) => item.NetworkAclId !== acl)?.NetworkAclId, 'the first network ACL');
  for (const Egress of [false, true]) await ec2.send(new CreateNetworkAclEntryCommand({ NetworkAclId: first, RuleNumber: 101, Protocol: '-1', RuleAction: 'allow', Egress, Ipv6CidrBlock: '::/0' }));
  const mine = NetworkAcls.flatMap((item) => item.Associations ?? []).filter((item) => subnets.includes(item.SubnetId ?? ''));
  for (const { NetworkAclAssociationId } of mine) await ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId: NetworkAclAssociationId, NetworkAclId: acl }));
}

export async function createGroup(ec2: EC2Client, vpc: string, name: string): Promise<string> {
  return given((await ec2.send(new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: name, Description: name }))).GroupId, 'a security group');
}

/** What stands for the words of a plan. */
export interface Groups { readonly balancers: readonly string[]; readonly nobody: string; readonly cloudfront: string }
export const NO_GROUPS: Groups = { balancers: [], nobody: '', cloudfront: '' };

/** Lets in what the plan says. */
export async function admit(ec2: EC2Client, group: string, ingress: readonly Ingress[], groups: Groups): Promise<void> {
  const permissions = ingress.map((rule) => permission(rule, groups)).filter((rule) => rule !== undefined);
  if (permissions.length > 0) await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: permissions }));
}

/** Takes away what `admit` gave. */
export async function refuseIngress(ec2: EC2Client, group: string, ingress: readonly Ingress[]): Promise<void> {
  const permissions = ingress.map((rule) => permission(rule, NO_GROUPS)).filter((rule) => rule !== undefined);
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: permissions }));
}

function permission(rule: Ingress, groups: Groups): IpPermission | undefined {
  const members = rule.from === 'balancer' ? groups.balancers : rule.from === 'nobody' ? [groups.nobody] : [];
  if (rule.from !== undefined && members.length === 0) return undefined;
  return {
    ...(rule.port === undefined ? { IpProtocol: '-1' } : { IpProtocol: 'tcp', FromPort: rule.port, ToPort: rule.port }),
    ...(rule.cidrs && { IpRanges: rule.cidrs.map((CidrIp) => ({ CidrIp })) }),
    ...(rule.ipv6 && { Ipv6Ranges: rule.ipv6.map((CidrIpv6) => ({ CidrIpv6 })) }),
    ...(rule.cloudfront && { PrefixListIds: [{ PrefixListId: groups.cloudfront }] }),
    ...(members.length > 0 && { UserIdGroupPairs: members.map((GroupId) => ({ GroupId })) }),
  };
}
