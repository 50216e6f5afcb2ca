import { createHash } from 'node:crypto';
import { ociArtifact, ociImage, ociIndex, pushImage } from '@throughline/testing';
import { hands } from './world.js';

export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const hex = (text: string): string => createHash('sha1').update(text).digest('hex');

export const image = ociImage({ seed: 'pay', labels: { 'org.opencontainers.image.source': 'git@github.com:Acme/Pay.git', 'org.opencontainers.image.revision': hex('pay') }, history: ['FROM scratch', 'RUN make'] });
export const multi = ociIndex(['amd64', 'arm64'].map((architecture) => ({ architecture, image: ociImage({ seed: 'multi', architecture, labels: { 'org.opencontainers.image.source': 'https://github.com/acme/multi' } }) })));
const signed = ociArtifact(image, BUNDLE, [Buffer.from(JSON.stringify({ mediaType: BUNDLE, verificationMaterial: {}, dsseEnvelope: { payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: [{ sig: 'c2ln' }] } }))]);
const unsigned = ociArtifact(multi, 'application/vnd.in-toto+json', [Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [] }))]);

export type Shop = Awaited<ReturnType<typeof buildShop>>;

/** A shop in one region: two repositories, a service behind a rule with weights, and the network around it. */
export async function buildShop(url: string, account: string, region: string, host: string) {
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
