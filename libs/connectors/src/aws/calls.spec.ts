import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CALLS, readPolicy } from './calls.js';
import { changeSources } from './changes.js';

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
  it('gives EventBridge a pattern of the services whose calls change something, as short as a pattern may be', () => {
    const pattern = blocks.find((block) => JSON.stringify(block).includes('eventSource')) as { readonly detail: { readonly eventSource: readonly string[] } };
    expect(pattern.detail.eventSource).toEqual(changeSources());
    for (const block of blocks.filter((found) => 'detail-type' in found)) expect(JSON.stringify(block).length).toBeLessThanOrEqual(2048);
  });
});
