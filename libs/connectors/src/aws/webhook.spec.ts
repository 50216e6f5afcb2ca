import { describe, expect, it } from '@jest/globals';
import { awsWebhook } from './webhook.js';

const ACCOUNT = '111122223333';
const config = { accounts: [{ id: ACCOUNT }], regions: ['eu-central-1', 'cn-north-1'] };
const event = (over: object): object => ({ version: '0', id: 'e-1', 'detail-type': 'AWS API Call via CloudTrail', account: ACCOUNT, region: 'eu-central-1', time: '2026-03-01T00:00:00Z', detail: {}, ...over });
const map = (over: object, given: Readonly<Record<string, unknown>> = config) => awsWebhook.map({ name: 'x', payload: event(over), receivedAt: new Date('2026-03-01T00:00:05Z'), config: given });
const call = (eventSource: string, eventName: string, more: object = {}) => map({ detail: { eventSource: `${eventSource}.amazonaws.com`, eventName, awsRegion: 'eu-central-1', recipientAccountId: ACCOUNT, ...more } });
const AT = `aws:${ACCOUNT}/eu-central-1`;

describe('53: the secret of an API destination', () => {
  const verify = (given: string | undefined, secret = 'a-secret-of-sixteen') => awsWebhook.verify({ headers: { 'x-throughline-secret': given }, body: Buffer.from('{}') }, secret);
  it('is compared as a whole', () => {
    expect([verify('a-secret-of-sixteen'), verify('a-secret-of-sixteeN'), verify('a-secret-of-sixtee'), verify(''), verify(undefined), verify(undefined, ''), verify('', '')]).toEqual([true, false, false, false, false, false, false]);
  });
});

describe('an event of EventBridge', () => {
  it('is known by its id, so that a repetition is the same delivery', () => {
    const identify = (body: unknown) => awsWebhook.identify({ headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });
    expect(identify(event({}))).toEqual({ delivery: 'e-1', name: 'AWS API Call via CloudTrail' });
    for (const body of ['', '[]', 'null', '{"id":1}', event({ id: 'a b' }), event({ 'detail-type': undefined })]) expect(identify(body)).toEqual(expect.stringContaining('no event of EventBridge'));
  });

  it.each([
    ['ec2', 'AuthorizeSecurityGroupIngress', ['ec2']], ['ec2', 'RevokeSecurityGroupIngress', ['ec2']], ['elasticloadbalancing', 'ModifyRule', ['elb']], ['wafv2', 'AssociateWebACL', ['elb']],
    ['ecs', 'CreateService', ['ecs']], ['ecs', 'UpdateService', ['ecs']], ['ecr', 'PutImage', ['ecr', 'ecr-content']], ['lambda', 'UpdateFunctionCode20150331v2', ['lambda']],
    ['eks', 'CreateCluster', ['eks']], ['ecs', 'CreateCluster', ['ecs']], ['ec2', 'RunInstances', []], ['iam', 'CreateUser', []],
  ])('%s %s asks for %j', (source, name, scopes) => {
    expect(call(source, name).refresh ?? []).toEqual(scopes.map((scope) => `${AT}|${scope}`));
  });
  it('a name that belongs to no region is looked at where it is read', () => {
    expect(call('route53', 'ChangeResourceRecordSets', { awsRegion: 'us-east-1' }).refresh).toEqual([`aws:${ACCOUNT}/global|route53`]);
  });
  it('the partition is that of the region', () => {
    expect(map({ region: 'cn-north-1', 'detail-type': 'ECS Service Action' }).refresh).toEqual([`aws-cn:${ACCOUNT}/cn-north-1|ecs`]);
  });
  it('tasks that run or stopped, deployments, images that were pushed', () => {
    const scopes = (type: string, detail: object): readonly string[] => (map({ 'detail-type': type, detail }).refresh ?? []).map((unit) => unit.split('|')[1] ?? '');
    expect([
      scopes('ECS Task State Change', { lastStatus: 'RUNNING' }), scopes('ECS Task State Change', { lastStatus: 'PENDING' }), scopes('ECS Task State Change', { lastStatus: 'STOPPED' }),
      scopes('ECS Deployment State Change', { eventName: 'SERVICE_DEPLOYMENT_COMPLETED' }), scopes('ECR Image Action', { result: 'SUCCESS', 'action-type': 'PUSH' }),
      scopes('ECR Image Action', { result: 'FAILURE', 'action-type': 'PUSH' }), scopes('ECR Image Action', { result: 'SUCCESS', 'action-type': 'DELETE' }), scopes('Scheduled Event', {}),
    ]).toEqual([['ecs'], [], ['ecs'], ['ecs'], ['ecr', 'ecr-content'], [], ['ecr'], []]);
  });
  it('a call that was refused changed nothing', () => {
    expect(call('ec2', 'AuthorizeSecurityGroupIngress', { errorCode: 'Client.UnauthorizedOperation' })).toMatchObject({ ignored: 'changes nothing that is read' });
  });
  it('of an account or region that the connector does not read is ignored', () => {
    expect(map({ account: '999999999999' }).ignored).toBe('an account that the connector does not read');
    expect(call('ec2', 'CreateRoute', { awsRegion: 'us-west-2' }).ignored).toBe('changes nothing that is read');
    for (const payload of [null, [], 'x', { account: 1 }]) expect(awsWebhook.map({ name: 'x', payload, receivedAt: new Date(0), config }).ignored).not.toBe('');
  });
});
