import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CALLS, readPolicy } from './calls.js';
import { changeNames, changeSources } from './changes.js';

const here = 'src/aws';
const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).map((file) => readFileSync(join(here, file), 'utf8')).join('\n');
const doc = readFileSync(join(here, 'doc.md'), 'utf8');
const blocks = [...doc.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as Record<string, unknown>);

describe('the list of calls', () => {
  it('holds what the code calls, and nothing else', () => {
    const variables: Readonly<Record<string, string>> = { ecr: 'ecr', ecs: 'ecs', ec2: 'ec2', elb: 'elb', waf: 'wafv2', route53: 'route53', cloudfront: 'cloudfront', lambda: 'lambda', gateway: 'apigatewayv2', eks: 'eks', cloudtrail: 'cloudtrail', inspector: 'inspector2', hub: 'securityhub' };
    const called = [...sources.matchAll(/\b(\w+)\.([a-z]\w+)\(\{/g)].flatMap(([, name = '', method = '']) => (variables[name] === undefined ? [] : [`${variables[name]}:${method.toLowerCase()}`]));
    const direct = ['sts:assumerole', 'sts:getcalleridentity', 'ecr:getauthorizationtoken', 'ecr:getdownloadurlforlayer', 'ecr:listimagereferrers', 'ec2:describesecuritygroups', 'ec2:describesubnets'];
    expect([...new Set([...called, ...direct])].sort()).toEqual([...new Set(CALLS.map(({ service, call }) => `${service}:${call.toLowerCase()}`))].sort());
  });

  it('only reads', () => {
    for (const { call } of CALLS) expect(call).toMatch(/^(Describe|List|Get|BatchGet|Lookup|AssumeRole)/);
  });

  it('every call says which permission it needs and what is not known without it', () => {
    for (const { permission, costs } of CALLS) expect([permission, costs]).toEqual([expect.stringMatching(/^[a-z0-9]+:[A-Z]\w+$/), expect.stringMatching(/\w/)]);
  });
});

describe('the document', () => {
  it('gives the very policy that the calls need', () => {
    expect(blocks).toContainEqual(readPolicy());
  });
  it('says what each permission costs when it is missing', () => {
    for (const { permission, costs } of CALLS.filter(({ service }) => service !== 'sts')) expect(doc).toMatch(new RegExp(`\\| .*${permission.split(':')[1] ?? ''}.* \\| .*${costs.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  });
  it('gives EventBridge the names of the calls that change something', () => {
    const pattern = blocks.find((block) => Array.isArray(block['detail-type']) && JSON.stringify(block).includes('eventName')) as { detail: { eventName: string[]; eventSource: string[] } };
    // Lambda puts the version of its API behind the name of a call
    const given = pattern.detail.eventName.map((name) => (typeof name === 'string' ? name : (name as { prefix: string }).prefix));
    expect([...new Set(given)].sort()).toEqual(changeNames());
    expect(pattern.detail.eventSource).toEqual(changeSources());
  });
});
