import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { minute, part, startHarness } from './support/harness.js';
import type { Harness, LinkSpec } from './support/harness.js';
import { ARN, ELB, SG } from './support/memory-world.js';

const SERVICES = 60;
let h: Harness;
beforeAll(async () => {
  h = await startHarness();
  await h.apply([part({ source: 'any', assets: [...fleet('a').assets, ...fleet('b').assets], links: [...fleet('a').links, ...fleet('b').links] })]);
  await h.drain();
});
afterAll(async () => { await h?.close(); });

const service = (side: string, i: number): string => `service:${ARN}:service/prod/${side}${i}`;
const image = (side: string, i: number): string => `image:registry.example/acme/${side}${i}@sha256:${side}${i.toString(16).padStart(63, '0')}`;
const group = (side: string, cidr: string, more: object = {}): readonly [string, object] => [SG(`sg-${side}`), { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: [cidr] }], ...more }];

/** Sixty services behind one load balancer, each with its own image. */
function fleet(side: string): { assets: (readonly [string, object])[]; links: LinkSpec[] } {
  const [listener, balancer] = [`listener:${ELB}:listener/app/${side}/1/2`, `lb:${ELB}:loadbalancer/app/${side}/1`];
  const each = Array.from({ length: SERVICES }, (_, i) => i);
  const target = (i: number): string => `target-group:${ELB}:targetgroup/${side}${i}/1`;
  return {
    assets: [
      [listener, { port: 443, protocol: 'HTTPS' }], [balancer, { scheme: 'internet-facing', type: 'application', securityGroups: [`sg-${side}`] }], group(side, '0.0.0.0/0'),
      ...each.map((i) => [service(side, i), { desiredCount: 1, runningCount: 1, assignPublicIp: false, loadBalancers: ['x'] }] as const),
    ],
    links: [
      [listener, 'listens-on', balancer], [balancer, 'resolves-to', `endpoint:${side}.example.com`],
      ...each.flatMap((i): LinkSpec[] => [
        [service(side, i), 'routes-to', target(i)], [target(i), 'routes-to', listener],
        [image(side, i), 'runs-as', service(side, i), { method: 'deployment-record' }],
        [`repo:github.com/acme/${side}${i}`, 'produced', image(side, i), { method: 'oci-label' }],
      ]),
    ],
  };
}

describe('F3: a change of a security group', () => {
  it('announces exactly what is behind it, once each, in one batch', async () => {
    const begun = performance.now();
    const { changed } = await h.apply([part({ source: 'any', receivedAt: minute(10), assets: [group('a', '10.0.0.0/8')] })]);
    process.stderr.write(`a security group before ${SERVICES} services: ${changed.length} contexts announced in ${Math.round(performance.now() - begun)} ms\n`);
    const concerned = Array.from({ length: SERVICES }, (_, i) => [service('a', i), `image-name:registry.example/acme/a${i}`, `repo:github.com/acme/a${i}`]).flat();
    expect(changed.map((one) => one.asset).sort()).toEqual([...concerned, 'endpoint:a.example.com'].sort());
    expect(changed.every((one) => one.exposure === 'internal' && Number(one.version) === 2)).toBe(true);
    expect(await h.drain()).toEqual([]);
  });

  it('that changes no answer announces nothing: another range of the same kind, a rule for another port, a name', async () => {
    for (const more of [{}, { name: 'renamed' }, { tags: { a: 'b' } }]) {
      expect((await h.apply([part({ source: 'any', receivedAt: minute(20), assets: [group('b', '0.0.0.0/0', more)] })])).changed).toEqual([]);
    }
    const other = { protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: ['10.0.0.0/8'] };
    const rules = { ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['0.0.0.0/0'] }, other] };
    expect((await h.apply([part({ source: 'any', receivedAt: minute(21), assets: [[SG('sg-b'), rules]] })])).changed).toEqual([]);
  });

  it('reaches a service through two doors: a firewall on the CDN before an API', async () => {
    const [api, cdn] = ['cloud-resource:arn:aws:apigateway:eu-central-1::/apis/x', 'cloud-resource:arn:aws:cloudfront::111122223333:distribution/E1'];
    await h.apply([part({ source: 'any', assets: [[api, { public: true }], [cdn, { public: true }]], links: [['service:fn', 'routes-to', api], [api, 'resolves-to', cdn]] })]);
    const { changed } = await h.apply([part({ source: 'any', receivedAt: minute(30), assets: [[cdn, { public: true, waf: { defaultAction: 'block', allowedCidrs: ['198.51.100.0/24'] } }]] })]);
    expect(changed.map((one) => [one.asset, one.exposure])).toEqual([['service:fn', 'limited']]);
  });
});
