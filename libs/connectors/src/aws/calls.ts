import type { ServiceName } from './clients.js';

export interface CallSpec {
  readonly service: ServiceName;
  /** Name of the operation. */
  readonly call: string;
  /** Action of IAM. */
  readonly permission: string;
  /** Scopes that make the call. */
  readonly scopes: readonly string[];
  /** What is not known where it is refused. */
  readonly costs: string;
}

const of = (service: ServiceName, prefix: string, scopes: readonly string[], costs: string, ...calls: readonly string[]): CallSpec[] =>
  calls.map((call) => ({ service, call, permission: `${prefix}:${call}`, scopes, costs }));

const api = (scopes: readonly string[], costs: string, ...calls: readonly string[]): CallSpec[] =>
  calls.map((call) => ({ service: 'apigatewayv2', call, permission: 'apigateway:GET', scopes, costs }));

/**
 * Every call that this connector can make. The clients refuse any other, so that the list, the policy in doc.md, what
 * `throughline collect aws` prints and the remedies of gaps cannot drift from what is done. All of them only read.
 */
export const CALLS: readonly CallSpec[] = [
  { service: 'sts', call: 'AssumeRole', permission: 'sts:AssumeRole', scopes: ['session'], costs: 'everything of the account' },
  { service: 'sts', call: 'GetCallerIdentity', permission: 'sts:GetCallerIdentity', scopes: ['session'], costs: 'nothing: AWS allows it to everyone' },
  ...of('ecr', 'ecr', ['ecr', 'ecr-content'], 'images, their tags and when they were pushed', 'DescribeRepositories', 'DescribeImages'),
  ...of('ecr', 'ecr', ['ecr', 'ecr-content'], 'manifests: platforms of an index, labels, layer history, attestations', 'BatchGetImage'),
  ...of('ecr', 'ecr', ['ecr-content'], 'labels, layer history and attestations', 'GetAuthorizationToken', 'GetDownloadUrlForLayer'),
  ...of('ecr', 'ecr', ['ecr-content'], 'attestations that are attached as referrers', 'ListImageReferrers'),
  ...of('ecs', 'ecs', ['ecs'], 'clusters and services', 'ListClusters', 'DescribeClusters', 'ListServices', 'DescribeServices'),
  ...of('ecs', 'ecs', ['ecs'], 'which image a service is meant to run', 'DescribeTaskDefinition'),
  ...of('ecs', 'ecs', ['ecs'], 'which digest truly runs', 'ListTasks', 'DescribeTasks'),
  ...of('elb', 'elasticloadbalancing', ['elb'], 'load balancers and what they listen to', 'DescribeLoadBalancers', 'DescribeListeners', 'DescribeRules'),
  ...of('elb', 'elasticloadbalancing', ['elb'], 'what load balancers send requests to', 'DescribeTargetGroups', 'DescribeTargetHealth'),
  ...of('elb', 'elasticloadbalancing', ['elb'], 'team, application and environment of load balancers', 'DescribeTags'),
  ...of('wafv2', 'wafv2', ['elb'], 'whether a web ACL narrows who reaches a load balancer', 'GetWebACLForResource'),
  ...of('wafv2', 'wafv2', ['elb', 'cloudfront'], 'which addresses a web ACL lets through', 'GetWebACL', 'GetIPSet'),
  ...of('ec2', 'ec2', ['ec2'], 'who security groups let in', 'DescribeSecurityGroups', 'DescribeManagedPrefixLists', 'GetManagedPrefixListEntries'),
  ...of('ec2', 'ec2', ['ec2'], 'whether subnets are reached from the internet', 'DescribeSubnets', 'DescribeRouteTables', 'DescribeNetworkAcls'),
  ...of('ec2', 'ec2', ['ec2', 'ecs'], 'public addresses of tasks and network interfaces', 'DescribeNetworkInterfaces'),
  ...of('route53', 'route53', ['route53'], 'names of load balancers', 'ListHostedZones', 'ListResourceRecordSets'),
  ...of('cloudfront', 'cloudfront', ['cloudfront'], 'distributions in front of load balancers', 'ListDistributions'),
  ...of('lambda', 'lambda', ['lambda'], 'functions and the images they run', 'ListFunctions', 'GetFunction'),
  ...of('lambda', 'lambda', ['lambda'], 'addresses of functions', 'ListFunctionUrlConfigs'),
  ...api(['apigateway'], 'HTTP APIs in front of functions and load balancers', 'GetApis', 'GetIntegrations', 'GetRoutes'),
  ...of('eks', 'eks', ['eks'], 'Kubernetes clusters', 'ListClusters', 'DescribeCluster'),
  ...of('inspector2', 'inspector2', ['inspector'], 'findings of Amazon Inspector', 'ListCoverage', 'ListFindings'),
  ...of('securityhub', 'securityhub', ['securityhub'], 'findings of Security Hub', 'GetFindings'),
  ...of('cloudtrail', 'cloudtrail', ['changes'], 'changes between two pulls, where EventBridge does not send them', 'LookupEvents'),
];

const BY_NAME = new Map(CALLS.map((spec) => [`${spec.service}:${spec.call}`, spec]));

export const callSpec = (service: ServiceName, call: string): CallSpec | undefined => BY_NAME.get(`${service}:${call}`);

/** The least policy of a role for these calls. Describing and listing cannot be narrowed to resources by IAM, images can. */
export function readPolicy(): { readonly Version: string; readonly Statement: readonly object[] } {
  const actions = [...new Set(CALLS.filter(({ service }) => service !== 'sts').map(({ permission }) => permission))].sort();
  const gateway = actions.filter((action) => action.startsWith('apigateway:'));
  const findings = actions.filter((action) => /^(inspector2|securityhub):/.test(action));
  const rest = actions.filter((action) => !gateway.includes(action) && !findings.includes(action));
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'ThroughlineReads', Effect: 'Allow', Action: rest, Resource: '*' },
      { Sid: 'ThroughlineReadsHttpApis', Effect: 'Allow', Action: gateway, Resource: ['arn:aws:apigateway:*::/apis', 'arn:aws:apigateway:*::/apis/*'] },
      { Sid: 'ThroughlineReadsFindings', Effect: 'Allow', Action: findings, Resource: '*' },
    ],
  };
}
