import { describe, expect, it } from '@jest/globals';
import { saying } from '../say.js';
import { definitionFacts, definitionsInUse, runningImage, serviceFacts, serviceOf, taskFacts } from './ecs.js';

const D = `sha256:${'a'.repeat(64)}`;
const HOST = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
const arn = (rest: string): string => `arn:aws:ecs:eu-central-1:111122223333:${rest}`;
const NOW = new Date('2026-03-01T00:00:00Z');
const BEFORE = new Date('2026-02-01T00:00:00Z');
const say = saying(NOW);
const definition = (image: string) => ({ taskDefinitionArn: arn('task-definition/pay:3'), containerDefinitions: [{ name: 'app', image, environment: [{ name: 'TOKEN', value: 'canary' }] }], registeredAt: BEFORE });
const linksOf = (facts: ReturnType<typeof definitionFacts>) => facts.flatMap((fact) => ('link' in fact ? [fact.link] : []));

describe('which image runs', () => {
  it('the digest that the task reports, whatever its definition says', () => {
    expect(runningImage(`${HOST}/pay:v1`, D)).toEqual({ node: `image:${HOST}/pay@${D}`, from: 'imageDigest' });
    expect(runningImage(`${HOST}/pay@sha256:${'b'.repeat(64)}`, D)?.node).toBe(`image:${HOST}/pay@${D}`);
  });
  it('else the digest that is pinned; a tag alone says nothing of a task', () => {
    expect(runningImage(`${HOST}/pay:v1@${D}`, undefined)).toEqual({ node: `image:${HOST}/pay@${D}`, from: 'pinned' });
    expect(runningImage(`${HOST}/pay:v1`, undefined)).toBeUndefined();
    expect(runningImage('nginx', D)?.node).toBe(`image:docker.io/library/nginx@${D}`);
  });
  it('a pinned definition is certain since it was registered', () => {
    expect(linksOf(definitionFacts(say, definition(`${HOST}/pay@${D}`), new Map(), BEFORE))).toEqual([expect.objectContaining({ method: 'api', validFrom: BEFORE.toISOString() })]);
  });
  it('a tag says so, and one that was pushed after the tasks started is a candidate only', () => {
    const by = (pushedAt: Date) => linksOf(definitionFacts(say, definition(`${HOST}/pay:v1`), new Map([[`${HOST}/pay:v1`, { digest: D, pushedAt }]]), new Date('2026-02-15T00:00:00Z')))[0];
    expect(by(BEFORE)).toMatchObject({ from: `image:${HOST}/pay@${D}`, method: 'tag', validFrom: '2026-02-15T00:00:00.000Z' });
    expect(by(BEFORE)?.confidence).toBeUndefined();
    expect(by(NOW)).toMatchObject({ method: 'tag', confidence: 0.3, evidence: { note: expect.stringContaining('after the tasks started') } });
  });
  it('a tag that nobody could resolve names no image', () => {
    expect(linksOf(definitionFacts(say, definition('nginx:1'), new Map(), BEFORE))).toEqual([]);
  });
  it('environment variables are not taken over', () => {
    expect(JSON.stringify(definitionFacts(say, definition(`${HOST}/pay:v1`), new Map(), BEFORE))).not.toContain('canary');
  });
});

describe('a service', () => {
  const service = {
    serviceArn: arn('service/prod/pay'), clusterArn: arn('cluster/prod'), serviceName: 'pay', status: 'ACTIVE', desiredCount: 2, runningCount: 2, createdAt: BEFORE, taskDefinition: arn('task-definition/pay:3'),
    deployments: [
      { status: 'PRIMARY', taskDefinition: arn('task-definition/pay:3'), createdAt: NOW }, { status: 'ACTIVE', taskDefinition: arn('task-definition/pay:2'), createdAt: BEFORE },
      { status: 'INACTIVE', taskDefinition: arn('task-definition/pay:1'), createdAt: BEFORE },
    ],
  };
  it('runs the definitions of its live deployments: two during a roll-out', () => {
    expect([...definitionsInUse(service)]).toEqual([[arn('task-definition/pay:3'), NOW], [arn('task-definition/pay:2'), BEFORE]]);
  });
  it('without a network of its own says nothing of addresses; no load balancer is an empty list', () => {
    const [fact] = serviceFacts(say, service, 80);
    const attributes = fact && 'asset' in fact ? fact.asset.attributes : {};
    expect(attributes).toMatchObject({ loadBalancers: [], port: 80 });
    expect(Object.keys(attributes)).not.toContain('assignPublicIp');
  });
  it('blue and green target groups are both its', () => {
    const group = (name: string): string => `arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/${name}/1`;
    const facts = serviceFacts(say, { ...service, loadBalancers: [{ targetGroupArn: group('blue'), containerPort: 8080, advancedConfiguration: { alternateTargetGroupArn: group('green'), productionListenerRule: undefined, roleArn: undefined } }] }, undefined);
    expect(linksOf(facts).filter(({ kind }) => kind === 'routes-to').map(({ to }) => to)).toEqual([`target-group:${group('blue')}`, `target-group:${group('green')}`]);
  });
});

describe('a task', () => {
  it('belongs to the service of its group, in both forms of ARNs', () => {
    const of = (task: string) => serviceOf({ taskArn: arn(task), clusterArn: arn('cluster/prod'), group: 'service:pay' });
    expect([of('task/prod/1'), of('task/1')]).toEqual([`service:${arn('service/prod/pay')}`, `service:${arn('service/pay')}`]);
    expect(serviceOf({ taskArn: arn('task/prod/1'), clusterArn: arn('cluster/prod'), group: 'family:cron' })).toBeUndefined();
  });
  it('has the address of its network interface', () => {
    const task = { taskArn: arn('task/prod/1'), clusterArn: arn('cluster/prod'), lastStatus: 'RUNNING', startedAt: BEFORE, attachments: [{ type: 'ElasticNetworkInterface', details: [{ name: 'networkInterfaceId', value: 'eni-1' }, { name: 'subnetId', value: 'subnet-1' }, { name: 'privateIPv4Address', value: '10.0.0.9' }] }] };
    const [fact] = taskFacts(say, task, new Map([['eni-1', { publicIp: '203.0.113.9', securityGroups: ['sg-1'] }]]));
    expect(fact).toMatchObject({ asset: { attributes: { publicIp: '203.0.113.9', privateIp: '10.0.0.9', subnets: ['subnet-1'], securityGroups: ['sg-1'] } } });
  });
});
