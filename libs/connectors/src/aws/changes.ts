import { partitionOf } from './arn.js';
import { sourceOf } from './plan.js';

/** What an event of CloudTrail or EventBridge says of a change: where, and by which call. */
export interface Change {
  readonly account: string;
  readonly region: string;
  /** `ec2.amazonaws.com`. */
  readonly eventSource: string;
  readonly eventName: string;
}

const names = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Calls after which a scope reads differently, by the service that was called. Versions at the end of a name (Lambda's) are cut off. */
const CHANGES: Readonly<Record<string, readonly (readonly [ReadonlySet<string>, readonly string[]])[]>> = {
  'ec2.amazonaws.com': [[names(
    'AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules CreateSecurityGroup DeleteSecurityGroup CreateSubnet DeleteSubnet '
    + 'CreateRoute ReplaceRoute DeleteRoute AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation AttachInternetGateway DetachInternetGateway '
    + 'CreateNetworkAclEntry ReplaceNetworkAclEntry DeleteNetworkAclEntry ReplaceNetworkAclAssociation ModifyManagedPrefixList AssociateAddress DisassociateAddress',
  ), ['ec2']]],
  'elasticloadbalancing.amazonaws.com': [[names(
    'CreateLoadBalancer DeleteLoadBalancer SetSecurityGroups SetSubnets CreateListener ModifyListener DeleteListener CreateRule ModifyRule DeleteRule SetRulePriorities '
    + 'CreateTargetGroup ModifyTargetGroup DeleteTargetGroup RegisterTargets DeregisterTargets',
  ), ['elb']]],
  'wafv2.amazonaws.com': [[names('AssociateWebACL DisassociateWebACL UpdateWebACL UpdateIPSet'), ['elb']]],
  'ecs.amazonaws.com': [[names('CreateCluster DeleteCluster CreateService UpdateService DeleteService UpdateServicePrimaryTaskSet CreateTaskSet DeleteTaskSet RunTask StopTask TagResource UntagResource'), ['ecs']]],
  'ecr.amazonaws.com': [
    [names('PutImage'), ['ecr', 'ecr-content']],
    [names('BatchDeleteImage CreateRepository DeleteRepository'), ['ecr']],
  ],
  'lambda.amazonaws.com': [[names('CreateFunction UpdateFunctionCode DeleteFunction CreateFunctionUrlConfig UpdateFunctionUrlConfig DeleteFunctionUrlConfig'), ['lambda']]],
  'apigateway.amazonaws.com': [[names('CreateApi UpdateApi DeleteApi ImportApi CreateRoute UpdateRoute DeleteRoute CreateIntegration UpdateIntegration DeleteIntegration'), ['apigateway']]],
  'eks.amazonaws.com': [[names('CreateCluster DeleteCluster UpdateClusterConfig'), ['eks']]],
  'route53.amazonaws.com': [[names('ChangeResourceRecordSets CreateHostedZone DeleteHostedZone'), ['route53']]],
  'cloudfront.amazonaws.com': [[names('CreateDistribution UpdateDistribution DeleteDistribution'), ['cloudfront']]],
};

const GLOBAL: ReadonlySet<string> = new Set(['route53', 'cloudfront']);

/** Units that a change makes stale; none when it changes nothing that is read. */
export function unitsOf(change: Change): readonly string[] {
  const name = change.eventName.replace(/\d{8}(v\d+)?$/, '');
  const scopes = (CHANGES[change.eventSource] ?? []).filter(([calls]) => calls.has(name)).flatMap(([, found]) => found);
  const place = { partition: partitionOf(change.region), account: change.account };
  return scopes.map((scope) => `${sourceOf({ ...place, region: GLOBAL.has(scope) ? 'global' : change.region })}|${scope}`);
}

/** Services whose calls are looked at, for the pattern of the rule in EventBridge. */
export const changeSources = (): readonly string[] => Object.keys(CHANGES).sort();
