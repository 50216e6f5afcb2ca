import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact, PullPage } from '@throughline/connectors/api';
import { awsFront, type AwsFront } from '@throughline/testing';
import { collect, plannedCalls } from '../../src/aws/collect.js';
import { BUNDLE, buildShop, hex, image, multi, type Shop } from './shop.js';
import { attributesOf, configFor, EXTERNAL_ID, factsOf, gapsOf, links, pullAll } from './world.js';

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

let front: AwsFront | undefined;
let pages: readonly PullPage[] = [];
let facts: readonly Fact[] = [];
let made: Shop | undefined;

beforeAll(async () => {
  front = await awsFront({ externalId: EXTERNAL_ID });
  if (front === undefined) return;
  made = await buildShop(front.url, ACCOUNT, REGION, HOST);
  pages = await pullAll(configFor(front.url, [ACCOUNT], [REGION]));
  facts = factsOf(pages);
}, 120_000);
afterAll(() => front?.stop());

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
    expect(plannedCalls().map(({ permission }) => permission)).toEqual(expect.arrayContaining([...calls]));
    expect([...calls]).toEqual(expect.arrayContaining(['ecs:DescribeTasks', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']));
  });
});
