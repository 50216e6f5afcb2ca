import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownCall, send } from './aws-call.js';
import { awsFront, type AwsFront } from './aws-front.js';
import { ociArtifact, ociImage, ociIndex, pushImage, type Repository } from './oci.js';

const HERE = { account: '111122223333', region: 'eu-central-1' };
const CHINA = { account: '333344445555', region: 'cn-north-1' };

let front: AwsFront | undefined;
beforeAll(async () => { front = await awsFront({ externalId: 'secret' }); });
afterAll(() => front?.stop());

type Json = Record<string, unknown>;
const ask = async (place: { account: string; region: string }, service: string, action: string, parameters: Readonly<Json> = {}): Promise<string> => {
  const answer = await send(front?.url ?? '', ownCall(place, service, action, parameters));
  if (answer.status >= 300) throw new Error(`${action}: ${answer.status} ${answer.body.toString('utf8')}`);
  return answer.body.toString('utf8');
};
const one = (xml: string, tag: string): string => new RegExp(`<${tag}>([^<]+)<`).exec(xml)?.[1] ?? '';
const host = ({ account, region }: typeof HERE): string => `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

const repository = async (place: typeof HERE, name: string): Promise<Repository> => {
  await ask(place, 'ecr', 'CreateRepository', { repositoryName: name });
  return { endpoint: front?.url ?? '', host: host(place), name };
};

/** A VPC with a target group, and a service of the image in it. */
const service = async (place: typeof HERE, name: string, image: string): Promise<{ group: string; task: Json }> => {
  const vpc = one(await ask(place, 'ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'vpcId');
  const subnet = one(await ask(place, 'ec2', 'CreateSubnet', { VpcId: vpc, CidrBlock: '10.0.1.0/24' }), 'subnetId');
  const securityGroup = one(await ask(place, 'ec2', 'CreateSecurityGroup', { GroupName: name, GroupDescription: name, VpcId: vpc }), 'groupId');
  const group = one(await ask(place, 'elasticloadbalancing', 'CreateTargetGroup', { Name: name, Protocol: 'HTTP', Port: 8080, VpcId: vpc, TargetType: 'ip' }), 'TargetGroupArn');
  await ask(place, 'ecs', 'CreateCluster', { clusterName: 'prod' });
  await ask(place, 'ecs', 'RegisterTaskDefinition', { family: name, networkMode: 'awsvpc', containerDefinitions: [{ name: 'app', image, portMappings: [{ containerPort: 8080 }] }] });
  await ask(place, 'ecs', 'CreateService', {
    cluster: 'prod', serviceName: name, taskDefinition: name, desiredCount: 1, launchType: 'FARGATE', loadBalancers: [{ targetGroupArn: group, containerName: 'app', containerPort: 8080 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], securityGroups: [securityGroup], assignPublicIp: 'DISABLED' } },
  });
  return { group, task: await task(place, name) };
};

const task = async (place: typeof HERE, name: string): Promise<Json> => {
  const { taskArns } = JSON.parse(await ask(place, 'ecs', 'ListTasks', { cluster: 'prod', serviceName: name })) as { taskArns: string[] };
  const { tasks } = JSON.parse(await ask(place, 'ecs', 'DescribeTasks', { cluster: 'prod', tasks: taskArns })) as { tasks: Json[] };
  return tasks[0] ?? {};
};

const assume = (externalId: string, account: string): Promise<string> => ask(HERE, 'sts', 'AssumeRole', { RoleArn: `arn:aws:iam::${account}:role/reader`, RoleSessionName: 't', ExternalId: externalId });

describe('one AWS of two peers', () => {
  it('a task has the digest it pulled, even after the tag moved, an interface, and is a target', async () => {
    if (front === undefined) return;
    const [old, next] = [ociImage({ seed: 'old' }), ociImage({ seed: 'next' })];
    const pay = await repository(HERE, 'pay');
    await pushImage(pay, old, 'v1');
    const { group, task: started } = await service(HERE, 'pay', `${host(HERE)}/pay:v1`);
    await pushImage(pay, next, 'v1');
    const again = await task(HERE, 'pay');
    expect(again['containers']).toEqual([expect.objectContaining({ imageDigest: old.digest })]);
    expect(again['attachments']).toEqual(started['attachments']);
    const ip = (started['attachments'] as { details: { name: string; value: string }[] }[])[0]?.details.find((item) => item.name === 'privateIPv4Address')?.value;
    expect(ip).toMatch(/^10\.0\.1\./);
    const health = await ask(HERE, 'elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: group });
    expect([one(health, 'Id'), one(health, 'State')]).toEqual([ip, 'healthy']);
    await ask(HERE, 'ecs', 'UpdateService', { cluster: 'prod', service: 'pay', desiredCount: 0 });
    expect(await ask(HERE, 'elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: group })).not.toContain('<Id>');
  });

  it('an index, its platforms and an attestation under the fallback tag are found as they were pushed', async () => {
    if (front === undefined) return;
    const parts = ['amd64', 'arm64'].map((architecture) => ({ architecture, image: ociImage({ seed: 'multi', architecture, labels: { a: 'b' } }) }));
    const index = ociIndex(parts);
    const target = await repository(HERE, 'multi');
    await pushImage(target, index, 'v1');
    const { image, tag } = ociArtifact(index, 'application/vnd.dev.sigstore.bundle.v0.3+json', [Buffer.from('{}')]);
    await pushImage(target, image, tag);
    const read = async (reference: string): Promise<unknown> => {
      const answer = await send(target.endpoint, { method: 'GET', path: `/v2/multi/manifests/${reference}`, headers: { host: target.host, accept: '*/*' }, body: Buffer.alloc(0) });
      return [answer.headers['docker-content-digest'], answer.body.toString('utf8')];
    };
    expect(await read('v1')).toEqual([index.digest, index.manifest.toString('utf8')]);
    expect(await read(parts[1]?.image.digest ?? '')).toEqual([parts[1]?.image.digest, parts[1]?.image.manifest.toString('utf8')]);
    expect(await read(tag)).toEqual([image.digest, image.manifest.toString('utf8')]);
    expect(await ask(HERE, 'ecr', 'DescribeImages', { repositoryName: 'multi' })).toContain(index.digest);
  });

  it('a role is assumed only with the external id, and leads into its account at both peers', async () => {
    if (front === undefined) return;
    await expect(assume('wrong', '222233334444')).rejects.toThrow(/403.*AccessDenied/);
    const session = { account: one(await assume('secret', '222233334444'), 'AccessKeyId'), region: 'eu-central-1' };
    expect(await ask(session, 'ecs', 'CreateCluster', { clusterName: 'prod' })).toContain('arn:aws:ecs:eu-central-1:222233334444:cluster/prod');
    expect(one(await ask(session, 'ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'ownerId')).toBe('222233334444');
    front.revoked.add('222233334444');
    await expect(assume('secret', '222233334444')).rejects.toThrow(/AccessDenied/);
  });

  it('an account in China has the names of its partition', async () => {
    if (front === undefined) return;
    const pay = await repository(CHINA, 'pay');
    await pushImage(pay, ociImage({ seed: 'cn' }), 'v1');
    const repositories = await ask(CHINA, 'ecr', 'DescribeRepositories');
    expect(repositories).toContain('arn:aws-cn:ecr:cn-north-1:333344445555:repository/pay');
    expect(repositories).toContain('333344445555.dkr.ecr.cn-north-1.amazonaws.com.cn/pay');
    const { group, task: started } = await service(CHINA, 'pay', `${pay.host}/pay:v1`);
    expect(group).toMatch(/^arn:aws-cn:elasticloadbalancing:cn-north-1:/);
    expect(one(await ask(CHINA, 'ec2', 'DescribeSubnets'), 'subnetArn')).toMatch(/^arn:aws-cn:ec2:cn-north-1:/);
    expect(started).toMatchObject({ taskArn: expect.stringMatching(/^arn:aws-cn:ecs:/), containers: [{ imageDigest: ociImage({ seed: 'cn' }).digest }] });
  });

  it('answers with a fault instead of a peer, and keeps the calls', async () => {
    if (front === undefined) return;
    front.faults.push((call) => (call.action === 'ListClusters' ? { status: 400, headers: {}, body: Buffer.from('{"__type":"ThrottlingException"}') } : undefined));
    await expect(ask(HERE, 'ecs', 'ListClusters')).rejects.toThrow(/ThrottlingException/);
    expect(front.calls.at(-1)).toMatchObject({ service: 'ecs', action: 'ListClusters', ...HERE });
  });
});
