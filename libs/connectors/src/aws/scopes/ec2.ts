import type { EC2, NetworkAcl, RouteTable, SecurityGroup } from '@aws-sdk/client-ec2';
import { aclOf, interfaceFacts, routesOf, securityGroupFacts, subnetFacts, type PrefixList, type PrefixLists } from '../map/ec2.js';
import { attempt, type Scope, type ScopeContext, type Step } from '../scope.js';

interface State { readonly at: 'groups' | 'subnets' | 'interfaces'; readonly token?: string | undefined }

const PAGE = 200;
/** A list longer than that cannot be shown as ranges; AWS's own hold fewer. */
const MAX_ENTRIES = 100;

/** Security groups, subnets with their routes and network ACLs, and network interfaces with a public address. */
export const ec2Scope: Scope = {
  name: 'ec2',
  async step(context, given) {
    const state = ('at' in given ? given : { at: 'groups' }) as unknown as State;
    const ec2 = await context.client('ec2');
    switch (state.at) {
      case 'groups': return groups(context, ec2, state.token);
      case 'subnets': return subnets(context, ec2, state.token);
      case 'interfaces': return interfaces(context, ec2, state.token);
    }
  },
};

const paged = (token: string | undefined): { readonly MaxResults: number; readonly NextToken?: string } => ({ MaxResults: PAGE, ...(token !== undefined && { NextToken: token }) });

async function groups(context: ScopeContext, ec2: EC2, token: string | undefined): Promise<Step> {
  const page = await ec2.describeSecurityGroups(paged(token));
  const lists = await prefixLists(context, ec2, page.SecurityGroups ?? []);
  const say = context.say();
  return {
    facts: (page.SecurityGroups ?? []).flatMap((group) => securityGroupFacts(say, context.place, group, lists)),
    next: page.NextToken ? { at: 'groups', token: page.NextToken } : { at: 'subnets' },
  };
}

async function prefixLists(context: ScopeContext, ec2: EC2, groups: readonly SecurityGroup[]): Promise<PrefixLists> {
  const ids = new Set(groups.flatMap(({ IpPermissions = [] }) => IpPermissions.flatMap(({ PrefixListIds = [] }) => PrefixListIds.flatMap(({ PrefixListId }) => PrefixListId ?? []))));
  if (ids.size === 0) return new Map();
  const described = await attempt(context, 'refines', undefined, () => ec2.describeManagedPrefixLists({ PrefixListIds: [...ids] }));
  const lists = new Map<string, PrefixList>();
  for (const id of ids) {
    const name = described?.PrefixLists?.find(({ PrefixListId }) => PrefixListId === id)?.PrefixListName ?? id;
    lists.set(id, { name, cidrs: name === CLOUDFRONT ? undefined : await entriesOf(context, ec2, id) });
  }
  return lists;
}

/** Security groups that let in this list are reached through any distribution of CloudFront, and not past it. */
const CLOUDFRONT = 'com.amazonaws.global.cloudfront.origin-facing';

async function entriesOf(context: ScopeContext, ec2: EC2, id: string): Promise<readonly string[] | undefined> {
  const answer = await attempt(context, 'refines', undefined, () => ec2.getManagedPrefixListEntries({ PrefixListId: id, MaxResults: MAX_ENTRIES }));
  return answer?.NextToken ? undefined : answer?.Entries?.flatMap(({ Cidr }) => Cidr ?? []);
}

async function subnets(context: ScopeContext, ec2: EC2, token: string | undefined): Promise<Step> {
  const page = await ec2.describeSubnets(paged(token));
  const found = page.Subnets ?? [];
  const vpcs = [...new Set(found.flatMap(({ VpcId }) => VpcId ?? []))];
  const tables = vpcs.length === 0 ? [] : await attempt(context, 'refines', undefined, () => routeTables(ec2, vpcs));
  const acls = vpcs.length === 0 ? [] : await attempt(context, 'refines', undefined, () => networkAcls(ec2, vpcs));
  const say = context.say();
  return {
    facts: found.flatMap((subnet) => subnetFacts(say, context.place, subnet, { routes: tables && routesOf(subnet, tables), acl: acls && aclOf(subnet, acls) })),
    next: page.NextToken ? { at: 'subnets', token: page.NextToken } : { at: 'interfaces' },
  };
}

const ofVpcs = (vpcs: readonly string[]): { readonly Name: string; readonly Values: string[] }[] => [{ Name: 'vpc-id', Values: [...vpcs] }];

/** All tables of the VPCs of a page of subnets: a VPC has two hundred at most by default. */
async function routeTables(ec2: EC2, vpcs: readonly string[]): Promise<RouteTable[]> {
  const all: RouteTable[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.describeRouteTables({ Filters: ofVpcs(vpcs), ...(token !== undefined && { NextToken: token }) });
    all.push(...(page.RouteTables ?? []));
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return all;
}

async function networkAcls(ec2: EC2, vpcs: readonly string[]): Promise<NetworkAcl[]> {
  const all: NetworkAcl[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.describeNetworkAcls({ Filters: ofVpcs(vpcs), ...(token !== undefined && { NextToken: token }) });
    all.push(...(page.NetworkAcls ?? []));
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return all;
}

async function interfaces(context: ScopeContext, ec2: EC2, token: string | undefined): Promise<Step> {
  const page = await attempt(context, 'needed', undefined, () => ec2.describeNetworkInterfaces({ ...paged(token), Filters: [{ Name: 'association.public-ip', Values: ['*'] }] }));
  const say = context.say();
  return {
    facts: (page?.NetworkInterfaces ?? []).flatMap((card) => interfaceFacts(say, context.place, card)),
    next: page?.NextToken ? { at: 'interfaces', token: page.NextToken } : undefined,
  };
}
