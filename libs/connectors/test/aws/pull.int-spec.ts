import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact, PullPage } from '@throughline/connectors/api';
import { awsFront, ociArtifact, ociImage, ociIndex, pushImage, type AwsFront } from '@throughline/testing';
import { collect } from '../../src/aws/collect.js';
import { attributesOf, configFor, EXTERNAL_ID, factsOf, gapsOf, hands, links, pullAll } from './world.js';

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const hex = (text: string): string => createHash('sha1').update(text).digest('hex');

let front: AwsFront | undefined;
let pages: readonly PullPage[] = [];
let facts: readonly Fact[] = [];
let made: Awaited<ReturnType<typeof buildWorld>> | undefined;

beforeAll(async () => {
  front = await awsFront({ externalId: EXTERNAL_ID });
  if (front === undefined) return;
  made = await buildWorld(front.url, ACCOUNT, REGION, HOST);
  pages = await pullAll(configFor(front.url, [ACCOUNT], [REGION]));
  facts = factsOf(pages);
}, 120_000);
afterAll(() => front?.stop());

const image = ociImage({ seed: 'pay', labels: { 'org.opencontainers.image.source': 'git@github.com:Acme/Pay.git', 'org.opencontainers.image.revision': hex('pay') }, history: ['FROM scratch', 'RUN make'] });
const multi = ociIndex(['amd64', 'arm64'].map((architecture) => ({ architecture, image: ociImage({ seed: 'multi', architecture, labels: { 'org.opencontainers.image.source': 'https://github.com/acme/multi' } }) })));
const signed = ociArtifact(image, BUNDLE, [Buffer.from(JSON.stringify({ mediaType: BUNDLE, verificationMaterial: {}, dsseEnvelope: { payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: [{ sig: 'c2ln' }] } }))]);
const unsigned = ociArtifact(multi, 'application/vnd.in-toto+json', [Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [] }))]);

async function buildWorld(url: string, account: string, region: string, host: string) {
  const use = hands(url, account, region);
  const [ecr, ecs, ec2, elb] = [await use('ecr'), await use('ecs'), await use('ec2'), await use('elb')];
  for (const repositoryName of ['acme/pay', 'acme/multi']) await ecr.createRepository({ repositoryName });
  const at = (name: string) => ({ endpoint: url, host, name });
  await pushImage(at('acme/pay'), image, 'v1');
  await pushImage(at('acme/pay'), signed.image, signed.tag);
  await pushImage(at('acme/multi'), multi, 'v2');
  await pushImage(at('acme/multi'), unsigned.image, unsigned.tag);
  const vpc = (await ec2.createVpc({ CidrBlock: '10.1.0.0/16' })).Vpc?.VpcId;
  const subnets = [];
  for (const third of [1, 2]) subnets.push((await ec2.createSubnet({ VpcId: vpc, CidrBlock: `10.1.${third}.0/24`, AvailabilityZone: `${region}${third === 1 ? 'a' : 'b'}` })).Subnet?.SubnetId ?? '');
  const gateway = (await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId;
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId: vpc });
  const table = (await ec2.createRouteTable({ VpcId: vpc })).RouteTable?.RouteTableId;
  await ec2.createRoute({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway });
  await ec2.associateRouteTable({ RouteTableId: table, SubnetId: subnets[0] });
  const web = (await ec2.createSecurityGroup({ GroupName: 'web', Description: 'web', VpcId: vpc })).GroupId;
  const app = (await ec2.createSecurityGroup({ GroupName: 'app', Description: 'app', VpcId: vpc })).GroupId;
  await ec2.authorizeSecurityGroupIngress({ GroupId: web, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] });
  await ec2.authorizeSecurityGroupIngress({ GroupId: app, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, UserIdGroupPairs: [{ GroupId: web }] }] });
  const balancer = (await elb.createLoadBalancer({ Name: 'shop', Subnets: subnets, SecurityGroups: [web ?? ''], Scheme: 'internet-facing', Type: 'application', Tags: [{ Key: 'Team', Value: 'payments' }] })).LoadBalancers?.[0];
  const groups = [];
  for (const Name of ['blue', 'green']) groups.push((await elb.createTargetGroup({ Name, Protocol: 'HTTP', Port: 8080, VpcId: vpc, TargetType: 'ip' })).TargetGroups?.[0]?.TargetGroupArn ?? '');
  const [blue = '', green = ''] = groups;
  const listener = (await elb.createListener({ LoadBalancerArn: balancer?.LoadBalancerArn, Port: 443, Protocol: 'HTTP', DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] })).Listeners?.[0]?.ListenerArn ?? '';
  await elb.createRule({
    ListenerArn: listener, Priority: 10, Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/pay/*'] } }],
    Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: blue, Weight: 100 }, { TargetGroupArn: green, Weight: 0 }] } }],
  });
  await ecs.createCluster({ clusterName: 'prod' });
  await ecs.registerTaskDefinition({ family: 'pay', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512', containerDefinitions: [{ name: 'app', image: `${host}/acme/pay:v1`, portMappings: [{ containerPort: 8080 }], environment: [{ name: 'PASSWORD', value: 'canary-secret' }] }] });
  const service = (await ecs.createService({
    cluster: 'prod', serviceName: 'pay', taskDefinition: 'pay', desiredCount: 1, launchType: 'FARGATE', tags: [{ key: 'env', value: 'production' }],
    loadBalancers: [{ targetGroupArn: blue, containerName: 'app', containerPort: 8080 }],
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: [app ?? ''], assignPublicIp: 'DISABLED' } },
  })).service;
  return { balancer, blue, green, listener, service, subnets, web, app };
}

describe('a pull of MiniStack and moto over HTTP', () => {
  it('says the chain from the commit to the name that answers', () => {
    if (made === undefined) return;
    const said = links(facts);
    const name = `${HOST}/acme/pay`;
    const task = facts.flatMap((fact) => ('asset' in fact && fact.asset.kind === 'task' ? [fact.asset.urn] : []))[0] ?? '';
    const service = `service:${made.service?.serviceArn ?? ''}`;
    expect(said).toEqual(expect.arrayContaining([
      `commit:github.com/acme/pay@${hex('pay')} produced image:${name}@${image.digest} (oci-label)`,
      `image:${name}@${image.digest} tagged tag:${name}:v1 (api)`,
      `image:${name}@${image.digest} runs-as ${task} (api)`,
      `${task} part-of ${service} (api)`,
      `task-definition:${made.service?.taskDefinition ?? ''} runs-as ${service} (api)`,
      `image:${name}@${image.digest} runs-as task-definition:${made.service?.taskDefinition ?? ''} (tag)`,
      `${service} routes-to target-group:${made.blue} (api)`,
      `listener:${made.listener} listens-on lb:${made.balancer?.LoadBalancerArn ?? ''} (api)`,
      `lb:${made.balancer?.LoadBalancerArn ?? ''} resolves-to endpoint:${made.balancer?.DNSName?.toLowerCase() ?? ''} (api)`,
      `lb:${made.balancer?.LoadBalancerArn ?? ''} part-of account:aws/${ACCOUNT} (api)`,
    ]));
  });

  it('says the attributes that decide about exposure', () => {
    if (made === undefined) return;
    const group = (id: string | undefined): string => `cloud-resource:arn:aws:ec2:${REGION}:${ACCOUNT}:security-group/${id ?? ''}`;
    expect(attributesOf(facts, `lb:${made.balancer?.LoadBalancerArn ?? ''}`)).toMatchObject({ scheme: 'internet-facing', type: 'application', securityGroups: [made.web], tags: { Team: 'payments', team: 'payments' } });
    expect(attributesOf(facts, group(made.web))).toMatchObject({ type: 'security-group', ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['0.0.0.0/0'], securityGroups: [] }] });
    expect(attributesOf(facts, group(made.app))).toMatchObject({ ingress: [{ cidrs: [], securityGroups: [made.web] }] });
    expect(made.subnets.map((id) => attributesOf(facts, group('x').replace('security-group/x', `subnet/${id}`))?.['internetGateway'])).toEqual([true, false]);
    expect(attributesOf(facts, `service:${made.service?.serviceArn ?? ''}`)).toMatchObject({ launchType: 'FARGATE', assignPublicIp: false, securityGroups: [made.app], port: 8080, tags: { env: 'production', environment: 'production' } });
    expect(attributesOf(facts, `target-group:${made.blue}`)).toMatchObject({ port: 8080, targetCount: 1 });
    const weights = facts.flatMap((fact) => ('link' in fact && fact.link.from.startsWith('target-group:') ? [[fact.link.from, fact.link.evidence['weight']]] : []));
    expect(weights).toEqual([[`target-group:${made.blue}`, 100], [`target-group:${made.green}`, 0]]);
    const task = facts.flatMap((fact) => ('asset' in fact && fact.asset.kind === 'task' ? [fact.asset.attributes] : []))[0];
    expect(task).toMatchObject({ status: 'RUNNING', privateIp: expect.stringMatching(/^10\.1\./) });
  });

  it('an index and its platforms are one image, an artifact is none, and only what is signed is an attestation', () => {
    if (made === undefined) return;
    const name = `${HOST}/acme/multi`;
    const images = facts.flatMap((fact) => ('asset' in fact && fact.asset.kind === 'image' && 'pushedAt' in fact.asset.attributes ? [fact.asset.urn] : []));
    expect(images.sort()).toEqual([`image:${HOST}/acme/pay@${image.digest}`, ...[multi, ...multi.parts].map(({ digest }) => `image:${name}@${digest}`)].sort());
    expect(links(facts)).toEqual(expect.arrayContaining(multi.parts.map(({ digest }) => `image:${name}@${multi.digest} contains image:${name}@${digest} (api)`)));
    const attestations = facts.flatMap((fact) => ('attestation' in fact ? [fact.attestation] : []));
    expect(attestations).toEqual([expect.objectContaining({ subject: `image:${HOST}/acme/pay@${image.digest}`, origin: 'oci-fallback-tag', mediaType: BUNDLE })]);
    expect(gapsOf(pages).map(({ code }) => code)).toContain('unsigned_attestation');
    expect(facts.find((fact) => 'asset' in fact && fact.asset.urn.endsWith(image.digest) && 'history' in fact.asset.attributes)).toMatchObject({ asset: { attributes: { history: ['FROM scratch', 'RUN make'] } } });
  });

  it('inventories are whole, every fact fits, and no environment variable leaves the account', () => {
    if (front === undefined) return;
    const ends = pages.filter(({ snapshot }) => snapshot?.last === true).map(({ source, snapshot }) => [source, snapshot?.scope, snapshot?.complete]);
    const at = `aws:${ACCOUNT}/${REGION}`;
    expect(ends).toEqual(expect.arrayContaining([[at, 'ecs', true], [at, 'elb', true], [at, 'ec2', true], [at, 'ecr', true]]));
    for (const fact of facts) if ('asset' in fact) expect(JSON.stringify(fact.asset.attributes).length).toBeLessThanOrEqual(16_384);
    expect(JSON.stringify(pages)).not.toContain('canary-secret');
  });

  it('a second pull says the same, and reads no content that is known', async () => {
    if (front === undefined) return;
    const later = { now: () => new Date(new Date().getTime() + 3_600_000) };
    const first = await pullAll(configFor(front.url, [ACCOUNT], [REGION]), { clock: later, memory: pages.at(-1)?.memory ?? null });
    const asked = front.calls.length;
    const again = await pullAll(configFor(front.url, [ACCOUNT], [REGION]), { clock: later, memory: first.at(-1)?.memory ?? null });
    const keys = (given: readonly PullPage[]): string[] => factsOf(given.filter(({ snapshot }) => snapshot !== undefined)).map(({ naturalKey }) => naturalKey).sort();
    expect(keys(again)).toEqual(keys(pages));
    expect(front.calls.slice(asked).filter(({ action }) => action.includes('/blobs/'))).toEqual([]);
  });

  it('a focus reads its scope and nothing else', async () => {
    if (front === undefined) return;
    const focused = await pullAll(configFor(front.url, [ACCOUNT], [REGION]), { focus: `aws:${ACCOUNT}/${REGION}|ec2` });
    expect([...new Set(focused.map(({ snapshot }) => snapshot?.scope))]).toEqual(['ec2']);
    expect(await pullAll(configFor(front.url, [ACCOUNT], [REGION]), { focus: 'aws:999999999999/eu-central-1|ec2' })).toEqual([expect.objectContaining({ facts: [], more: false })]);
  });

  it('an account whose role is revoked is told, its inventories are not complete, and the others are read', async () => {
    if (front === undefined) return;
    front.revoked.add('222233334444');
    const both = await pullAll(configFor(front.url, ['222233334444', ACCOUNT], [REGION]));
    const of = (account: string): readonly PullPage[] => both.filter(({ source }) => source.includes(account));
    expect(gapsOf(of('222233334444'))).toEqual([expect.objectContaining({ scope: 'aws:222233334444', code: 'access_denied', remedy: expect.stringContaining('sts:AssumeRole') })]);
    expect(of('222233334444').flatMap(({ snapshot }) => (snapshot ? [snapshot.complete] : []))).not.toContain(true);
    expect(factsOf(of('222233334444'))).toEqual([]);
    expect(links(factsOf(of(ACCOUNT))).length).toBeGreaterThan(5);
  });

  it('collect gives the same facts as requests, after a list of calls that holds all that were made', async () => {
    if (front === undefined) return;
    const calls = new Set<string>();
    const { requests } = await collect(configFor(front.url, [ACCOUNT], [REGION]), { onCall: ({ permission }) => calls.add(permission) });
    expect(requests.map(({ source, snapshot }) => `${source}|${snapshot?.scope ?? ''}`)).toEqual(expect.arrayContaining([`aws:${ACCOUNT}/${REGION}|ecs`, `aws:${ACCOUNT}/${REGION}/content|`]));
    expect(requests.flatMap(({ facts: said }) => said).filter((fact) => 'attestation' in fact)).toHaveLength(1);
    expect([...calls]).toEqual(expect.arrayContaining(['ecs:DescribeTasks', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']));
  });
});
