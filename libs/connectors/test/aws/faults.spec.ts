import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { attributesOf, configFor, factsOf, gapsOf, links, pullAll } from './world.js';
import { ec2Error, jsonError, query, queryError, scripted, type Answer, type Asked, type Scripted } from './scripted.js';

const ACCOUNT = '111122223333';
const AT = `aws:${ACCOUNT}/eu-central-1`;
const ARN = `arn:aws:elasticloadbalancing:eu-central-1:${ACCOUNT}`;
const CLUSTER = `arn:aws:ecs:eu-central-1:${ACCOUNT}:cluster/prod`;
const service = (name: string): string => `arn:aws:ecs:eu-central-1:${ACCOUNT}:service/prod/${name}`;

// the clients are loaded while the first tests run
jest.setTimeout(30_000);

let aws: Scripted | undefined;
afterEach(() => aws?.stop());

const keys = '<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>';

/** An account with nothing in it but what the test gives. */
async function account(answers: Readonly<Record<string, (asked: Asked) => Answer>>): Promise<string> {
  aws = await scripted((asked) => {
    const own = answers[asked.operation];
    if (own !== undefined) return own(asked);
    if (asked.operation === 'AssumeRole') return query('AssumeRole', keys);
    return /^Describe(Load|Target|Listener|Rules|Tags)/.test(asked.operation) ? query(asked.operation, '') : asked.parameters['Version'] === '2016-11-15' ? { xml: `<${asked.operation}Response/>` } : { json: {} };
  });
  return aws.url;
}

const scopeOf = async (url: string, scope: string) => pullAll(configFor(url, [ACCOUNT], ['eu-central-1']), { focus: `${AT}|${scope}` });
const ends = (pages: Awaited<ReturnType<typeof pullAll>>): unknown => pages.at(-1)?.snapshot;

describe('pages that fail', () => {
  it('throttled for good in the middle: what was read is kept, the inventory is not complete, the gap says so', async () => {
    const url = await account({
      ListClusters: () => ({ json: { clusterArns: [CLUSTER] } }), DescribeClusters: () => ({ json: { clusters: [{ clusterArn: CLUSTER, clusterName: 'prod' }] } }),
      ListServices: ({ parameters }) => (parameters['nextToken'] === undefined ? { json: { serviceArns: [service('a')], nextToken: '2' } } : jsonError('ThrottlingException')),
      DescribeServices: () => ({ json: { services: [{ serviceArn: service('a'), clusterArn: CLUSTER, status: 'ACTIVE' }] } }),
    });
    const pages = await scopeOf(url, 'ecs');
    expect(links(factsOf(pages))).toContain(`service:${service('a')} part-of cluster:${CLUSTER} (api)`);
    expect(ends(pages)).toEqual({ scope: 'ecs', complete: false, last: true });
    expect(gapsOf(pages)).toEqual([expect.objectContaining({ scope: `${AT}|ecs`, code: 'throttled' })]);
  });

  it('throttled for a moment: the client tries again, and nothing is missing', async () => {
    let times = 0;
    const url = await account({ ListClusters: () => (times++ === 0 ? jsonError('ThrottlingException') : { json: { clusterArns: [] } }) });
    const pages = await scopeOf(url, 'ecs');
    expect([times, ends(pages), gapsOf(pages)]).toEqual([2, { scope: 'ecs', complete: true, last: true }, []]);
  });

  it('half a page: what the answer calls failed makes the inventory incomplete, what it calls missing does not', async () => {
    const failing = async (reason: string): Promise<unknown> => ends(await scopeOf(await account({
      ListClusters: () => ({ json: { clusterArns: [CLUSTER] } }), DescribeClusters: () => ({ json: { clusters: [{ clusterArn: CLUSTER }] } }),
      ListServices: () => ({ json: { serviceArns: [service('a'), service('b')] } }),
      DescribeServices: () => ({ json: { services: [{ serviceArn: service('a'), clusterArn: CLUSTER }], failures: [{ arn: service('b'), reason }] } }),
    }), 'ecs'));
    expect(await failing('MISSING')).toMatchObject({ complete: true });
    await aws?.stop();
    expect(await failing('INTERNAL')).toMatchObject({ complete: false });
  });

  it('a server error or garbage is a gap and no crash', async () => {
    const url = await account({ DescribeLoadBalancers: () => ({ status: 503, xml: 'no' }), DescribeSecurityGroups: () => ({ xml: '<html>proxy</html' }) });
    expect(gapsOf(await scopeOf(url, 'elb'))).toEqual([expect.objectContaining({ code: 'unreachable' })]);
    expect(ends(await scopeOf(url, 'ec2'))).toMatchObject({ complete: false, last: true });
  });
});

describe('rights that are missing', () => {
  it('one permission: named with what it costs and what would mend it; the rest of the scope is read', async () => {
    const url = await account({
      DescribeSubnets: () => ({ xml: '<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId></item></subnetSet></DescribeSubnetsResponse>' }),
      DescribeRouteTables: () => ec2Error('UnauthorizedOperation', 403), DescribeNetworkInterfaces: () => ec2Error('UnauthorizedOperation', 403),
    });
    const pages = await scopeOf(url, 'ec2');
    expect(gapsOf(pages)).toEqual([
      { scope: `${AT}|ec2`, code: 'access_denied', reason: expect.stringContaining('ec2:DescribeRouteTables: UnauthorizedOperation; not known: whether subnets are reached'), remedy: `Allow ec2:DescribeRouteTables to arn:aws:iam::${ACCOUNT}:role/throughline; its policy is in the connector's document.` },
      expect.objectContaining({ reason: expect.stringContaining('ec2:DescribeNetworkInterfaces') }),
    ]);
    // what is not known is left out, so that it counts as unknown and never as no
    expect(attributesOf(factsOf(pages), `cloud-resource:arn:aws:ec2:eu-central-1:${ACCOUNT}:subnet/subnet-1`)).toEqual({ type: 'subnet', id: 'subnet-1', vpc: 'vpc-1' });
    expect(ends(pages)).toMatchObject({ complete: false });
  });

  it('the role: one gap for the account, every inventory incomplete and empty, one call only', async () => {
    const url = await account({ AssumeRole: () => queryError('AccessDenied', 403) });
    const pages = await pullAll(configFor(url, [ACCOUNT], ['eu-central-1', 'eu-west-1'], { externalId: 'revoked' }));
    expect(gapsOf(pages)).toEqual([expect.objectContaining({ scope: `aws:${ACCOUNT}`, code: 'access_denied', remedy: expect.stringContaining('external id') })]);
    expect(new Set(pages.flatMap(({ snapshot }) => (snapshot ? [snapshot.complete] : [])))).toEqual(new Set([false]));
    expect([factsOf(pages), aws?.asked.map(({ operation }) => operation)]).toEqual([[], ['AssumeRole']]);
  });

  it('neither role nor credentials: the installation\'s own identity is not used', async () => {
    const url = await account({});
    const config = configFor(url, [ACCOUNT], ['eu-central-1'], { accounts: [{ id: ACCOUNT }], credentials: undefined });
    const pages = await pullAll(config);
    expect([gapsOf(pages), aws?.asked]).toEqual([[expect.objectContaining({ code: 'access_denied', remedy: expect.stringContaining('roleArn') })], []]);
  });

  it('a role of another account is not filed under this one', async () => {
    const url = await account({});
    const pages = await pullAll(configFor(url, [ACCOUNT], ['eu-central-1'], { accounts: [{ id: ACCOUNT, roleArn: 'arn:aws:iam::999999999999:role/x' }] }));
    expect([gapsOf(pages), factsOf(pages)]).toEqual([[expect.objectContaining({ code: 'wrong_account' })], []]);
  });
});

describe('large and strange accounts', () => {
  it('28: ten thousand targets behind one load balancer: counts and a sample, in one fact of ordinary size', async () => {
    const target = (index: number): string => `<member><Target><Id>10.0.${index >> 8}.${index & 255}</Id><Port>80</Port></Target><TargetHealth><State>${index % 100 === 0 ? 'unhealthy' : 'healthy'}</State></TargetHealth></member>`;
    const url = await account({
      DescribeTargetGroups: () => query('DescribeTargetGroups', `<TargetGroups><member><TargetGroupArn>${ARN}:targetgroup/big/1</TargetGroupArn><TargetType>ip</TargetType></member></TargetGroups>`),
      DescribeTargetHealth: () => query('DescribeTargetHealth', `<TargetHealthDescriptions>${Array.from({ length: 10_000 }, (_, index) => target(index)).join('')}</TargetHealthDescriptions>`),
    });
    const attributes = attributesOf(factsOf(await scopeOf(url, 'elb')), `target-group:${ARN}:targetgroup/big/1`);
    expect(attributes).toMatchObject({ targetCount: 10_000, targetHealth: { healthy: 9900, unhealthy: 100 } });
    const states = (attributes?.['targets'] as { health: string }[]).map(({ health }) => health);
    expect([states.length <= 50, new Set(states)]).toEqual([true, new Set(['healthy', 'unhealthy'])]);
  });

  it('28: security groups that refer to each other are told as they are', async () => {
    const group = (id: string, other: string): string => `<item><groupId>${id}</groupId><ipPermissions><item><ipProtocol>-1</ipProtocol><groups><item><userId>${ACCOUNT}</userId><groupId>${other}</groupId></item></groups></item></ipPermissions></item>`;
    const url = await account({ DescribeSecurityGroups: () => ({ xml: `<DescribeSecurityGroupsResponse><securityGroupInfo>${group('sg-a', 'sg-b')}${group('sg-b', 'sg-a')}</securityGroupInfo></DescribeSecurityGroupsResponse>` }) });
    const facts = factsOf(await scopeOf(url, 'ec2'));
    expect(['sg-a', 'sg-b'].map((id) => attributesOf(facts, `cloud-resource:arn:aws:ec2:eu-central-1:${ACCOUNT}:security-group/${id}`)?.['ingress'])).toEqual([
      [{ protocol: '-1', cidrs: [], securityGroups: ['sg-b'] }], [{ protocol: '-1', cidrs: [], securityGroups: ['sg-a'] }],
    ]);
  });

  it('an account id that exists in two partitions is two accounts', async () => {
    const cluster = (partition: string, region: string): string => `arn:${partition}:ecs:${region}:${ACCOUNT}:cluster/prod`;
    let calls = 0;
    const url = await account({
      ListClusters: () => ({ json: { clusterArns: [calls++ === 0 ? cluster('aws', 'eu-central-1') : cluster('aws-cn', 'cn-north-1')] } }),
      DescribeClusters: ({ parameters }) => ({ json: { clusters: [{ clusterArn: (parameters['clusters'] as string[])[0], clusterName: 'prod' }] } }),
    });
    const pages = await pullAll(configFor(url, [ACCOUNT], ['eu-central-1', 'cn-north-1']));
    expect(links(factsOf(pages.filter(({ snapshot }) => snapshot?.scope === 'ecs')))).toEqual([
      `cluster:${cluster('aws', 'eu-central-1')} part-of account:aws/${ACCOUNT} (api)`, `cluster:${cluster('aws-cn', 'cn-north-1')} part-of account:aws-cn/${ACCOUNT} (api)`,
    ]);
    expect([...new Set(pages.map(({ source }) => source.split('/')[0]))]).toEqual([`aws:${ACCOUNT}`, `aws-cn:${ACCOUNT}`]);
  });
});

describe('findings that AWS holds, where they are wanted', () => {
  const DIGEST = `sha256:${'a'.repeat(64)}`;
  const finding = (id: string, over: object = {}): object => ({
    findingArn: id, awsAccountId: ACCOUNT, type: 'PACKAGE_VULNERABILITY', title: id, severity: 'HIGH', status: 'ACTIVE', firstObservedAt: 1_767_225_600, lastObservedAt: 1_767_225_600 + Number(id.slice(1)), epss: { score: 0.1 },
    resources: [{ id: 'r', type: 'AWS_ECR_CONTAINER_IMAGE', tags: { owner: 'canary' }, details: { awsEcrContainerImage: { platform: 'DEBIAN_12', author: 'canary' } } }], ...over,
  });
  const world = (pages: readonly (readonly object[])[]): Promise<string> => account({
    'POST /coverage/list': () => ({ json: { coveredResources: [{ resourceId: `arn:aws:ecr:eu-central-1:${ACCOUNT}:repository/acme/pay/${DIGEST}` }, { resourceId: 'i-1' }] } }),
    'POST /findings/list': ({ parameters }) => {
      const at = Number(parameters['nextToken'] ?? 0);
      const isImage = JSON.stringify(parameters).includes(DIGEST);
      return { json: { findings: isImage ? pages[at] ?? [] : [], ...(isImage && at + 1 < pages.length && { nextToken: String(at + 1) }) } };
    },
    'POST /findings': () => ({ json: { Findings: [{ Id: 'f1', Title: 't', Resources: [{ Id: 'r', Type: 'T', Tags: { a: 'canary' } }], UserDefinedFields: { a: 'canary' } }] } }),
  });
  const scansOf = async (url: string, scope: string) => (await pullAll(configFor(url, [ACCOUNT], ['eu-central-1'], { findings: ['inspector', 'securityhub'] }), { focus: `${AT}|${scope}` })).flatMap(({ scans }) => scans ?? []);

  it('those of an image are a report about the image, the rest is one about the account', async () => {
    const scans = await scansOf(await world([[finding('f1')], [finding('f2')]]), 'inspector');
    expect(scans.map(({ format, target }) => [format, target])).toEqual([
      ['aws-inspector2', { image: `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/acme/pay@${DIGEST}`, category: 'aws-inspector2', coverage: 'complete' }],
      ['aws-inspector2', { account: ACCOUNT, category: 'aws-inspector2 eu-central-1', coverage: 'complete' }],
    ]);
    expect((JSON.parse(String(scans[0]?.body)) as { findings: object[] }).findings).toHaveLength(2);
  });
  it('the same findings in another order and at a later look are the same bytes, without tags', async () => {
    const first = await scansOf(await world([[finding('f1'), finding('f2')]]), 'inspector');
    await aws?.stop();
    const second = await scansOf(await world([[finding('f2', { epss: { score: 0.9 }, lastObservedAt: 1_800_000_000 })], [finding('f1')]]), 'inspector');
    expect(second[0]?.body).toBe(first[0]?.body);
    expect(String(first[0]?.body)).not.toContain('canary');
  });
  it('of Security Hub: one report for an account and region', async () => {
    const scans = await scansOf(await world([]), 'securityhub');
    expect(scans).toEqual([{ key: `${ACCOUNT}/eu-central-1|securityhub`, format: 'asff', fileName: 'asff.json', body: '{"Findings":[{"Id":"f1","Resources":[{"Id":"r","Type":"T"}],"Title":"t"}]}', target: { account: ACCOUNT, category: 'asff eu-central-1', coverage: 'complete' } }]);
  });
  it('is not asked for where nobody wants it', async () => {
    const url = await world([]);
    await pullAll(configFor(url, [ACCOUNT], ['eu-central-1']));
    expect(aws?.asked.map(({ operation }) => operation).filter((operation) => operation.startsWith('POST /'))).toEqual([]);
  });
});
