import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { guardedMinistack, type Peer } from '@throughline/testing';
import { readPolicy } from '../../src/aws/calls.js';
import { buildShop } from './shop.js';
import { configFor, EXTERNAL_ID, factsOf, gapsOf, hands, links, pullAll } from './world.js';

const ACCOUNT = '000000000000';
const REGION = 'eu-central-1';
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
/** MiniStack judges it by the right to GetFunction. */
const URLS = 'lambda:ListFunctionUrlConfigs';
/** Asked between pulls only, or where findings are wanted; asked at the registry, whose callers MiniStack does not judge; or of what MiniStack does not hold. */
const UNJUDGED = new Set(['cloudtrail:LookupEvents', 'ecr:GetDownloadUrlForLayer', 'ecr:ListImageReferrers', 'wafv2:GetWebACL', 'ec2:DescribeManagedPrefixLists', 'ec2:GetManagedPrefixListEntries', 'inspector2:ListCoverage', 'inspector2:ListFindings', 'securityhub:GetFindings', URLS]);
const full = readPolicy() as { readonly Statement: readonly { readonly Action: readonly string[] }[] };

let aws: Peer | undefined;
beforeAll(async () => {
  aws = await guardedMinistack();
  if (aws === undefined) return;
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } } }] };
  await iam('CreateRole', { RoleName: 'throughline', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const services = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com', 'eks.amazonaws.com'] }, Action: 'sts:AssumeRole' }] };
  await iam('CreateRole', { RoleName: 'service', AssumeRolePolicyDocument: JSON.stringify(services) });
  await buildShop(aws.url, ACCOUNT, REGION, HOST);
  await addFronts(aws.url);
}, 120_000);
afterAll(() => aws?.stop());

/** What the shop lacks, so that every call of the list is made. */
async function addFronts(url: string): Promise<void> {
  const use = hands(url, ACCOUNT, REGION);
  const [lambda, gateway, eks, route53] = [await use('lambda'), await use('apigatewayv2'), await use('eks'), await use('route53')];
  await lambda.createFunction({ FunctionName: 'cron', PackageType: 'Image', Code: { ImageUri: `${HOST}/acme/pay:v1` }, Role: `arn:aws:iam::${ACCOUNT}:role/service` });
  await gateway.createApi({ Name: 'shop', ProtocolType: 'HTTP' });
  await eks.createCluster({ name: 'k8s', roleArn: `arn:aws:iam::${ACCOUNT}:role/service`, resourcesVpcConfig: {} });
  await route53.createHostedZone({ Name: 'example.org', CallerReference: '1' });
  const [waf, elb] = [await use('wafv2'), await use('elb')];
  const visibility = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'm' };
  const set = (await waf.createIPSet({ Name: 'office', Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: ['203.0.113.0/24'] })).Summary?.ARN;
  const acl = (await waf.createWebACL({ Name: 'shop', Scope: 'REGIONAL', DefaultAction: { Block: {} }, VisibilityConfig: visibility, Rules: [{ Name: 'office', Priority: 0, Statement: { IPSetReferenceStatement: { ARN: set } }, Action: { Allow: {} }, VisibilityConfig: visibility }] })).Summary?.ARN;
  const balancer = (await elb.describeLoadBalancers({})).LoadBalancers?.[0]?.LoadBalancerArn;
  await waf.associateWebACL({ WebACLArn: acl, ResourceArn: balancer });
}

async function iam(action: string, parameters: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(`${aws?.url ?? ''}/`, {
    method: 'POST', body: new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }),
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0` },
  });
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
}

const allow = (policy: object): Promise<void> => iam('PutRolePolicy', { RoleName: 'throughline', PolicyName: 'read', PolicyDocument: JSON.stringify(policy) });
const pull = async (externalId = EXTERNAL_ID) => pullAll(configFor(aws?.url ?? '', [ACCOUNT], [REGION], { externalId, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }), {}, { maxAttempts: 1 });

describe('the policy of the document, judged by IAM', () => {
  it('is enough: nothing is refused', async () => {
    if (aws === undefined) return;
    await allow(readPolicy());
    const pages = await pull();
    expect(gapsOf(pages).filter(({ code }) => code === 'access_denied')).toEqual([]);
    expect(links(factsOf(pages)).length).toBeGreaterThan(15);
  });

  it('is the least: without any one action, the gap names that action and no other', async () => {
    if (aws === undefined) return;
    for (const action of full.Statement.flatMap(({ Action }) => Action).filter((name) => !UNJUDGED.has(name))) {
      await allow({ ...full, Statement: full.Statement.map((statement) => ({ ...statement, Action: statement.Action.filter((name) => name !== action) })).filter(({ Action }) => Action.length > 0) });
      const refused = gapsOf(await pull()).filter(({ code }) => code === 'access_denied').map(({ reason }) => reason.split(': ')[0]).filter((name) => name !== URLS);
      expect([action, new Set(refused)]).toEqual([action, new Set([action])]);
    }
  }, 240_000);

  it('the trust policy wants the external id', async () => {
    if (aws === undefined) return;
    expect(gapsOf(await pull('another'))).toEqual([expect.objectContaining({ code: 'access_denied', reason: expect.stringContaining('sts:AssumeRole') })]);
  });
});
