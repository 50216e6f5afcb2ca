import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@throughline/connectors/api';
import fc from 'fast-check';
import { kubernetesFacts } from './map.js';
import { readObjects, selects, type KubeObject } from './objects.js';

const now = new Date('2026-03-01T12:00:00Z');
const folder = resolve('src/kubernetes');
const shop = readObjects(JSON.parse(readFileSync(resolve(folder, 'fixtures/shop.json'), 'utf8')));
const facts = (objects: readonly KubeObject[], unread: readonly string[] = []): readonly Fact[] => kubernetesFacts(objects, { cluster: 'prod', now, unread });

/** A line a fact, for people. */
const lines = (all: readonly Fact[]): string[] => all.map((fact) => {
  if ('asset' in fact) return `${fact.asset.urn} ${JSON.stringify(fact.asset.attributes)}`;
  if ('link' in fact) return `${fact.link.from} -${fact.link.kind}→ ${fact.link.to} (${fact.link.method}, since ${fact.link.validFrom}) ${JSON.stringify(fact.link.evidence)}`;
  throw new TypeError('no attestation was expected');
});

const attributes = (all: readonly Fact[], urn: string): Readonly<Record<string, unknown>> => all.flatMap((fact) => ('asset' in fact && fact.asset.urn === urn ? [fact.asset.attributes] : []))[0] ?? {};
const links = (all: readonly Fact[], kind: string): string[][] => all.flatMap((fact) => ('link' in fact && fact.link.kind === kind ? [[fact.link.from, fact.link.to]] : []));

interface Draft { readonly kind: string; readonly name?: string; readonly namespace?: string; readonly labels?: Record<string, string>; readonly annotations?: Record<string, string>; readonly spec?: object; readonly status?: object }
const object = ({ kind, name = 'x', namespace = 'shop', labels = {}, annotations = {}, spec = {}, status = {} }: Draft): KubeObject[] =>
  readObjects({ kind, metadata: { name, namespace, labels, annotations, creationTimestamp: '2026-01-01T00:00:00Z' }, spec, status });
const deployment = object({ kind: 'Deployment', name: 'pay', spec: { replicas: 1, template: { metadata: { labels: { app: 'pay' } }, spec: { containers: [] } } } });

describe('a cluster with all that leads in', () => {
  it('gives the facts of the golden file', () => {
    const golden = resolve(folder, 'golden/shop.txt');
    const text = `${lines(facts(shop)).join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(golden)) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('gives the same whatever the order of the objects', () => {
    const expected = lines(facts(shop)).sort();
    fc.assert(fc.property(fc.shuffledSubarray(shop, { minLength: shop.length }), (shuffled) => { expect(lines(facts(shuffled)).sort()).toEqual(expected); }), { numRuns: 30 });
  });

  it('holds no value of a container\'s environment', () => expect(JSON.stringify([shop, facts(shop)])).not.toContain('never-read'));

  it('is read without an exception however an object is cut', () => {
    const whole = JSON.parse(readFileSync(resolve(folder, 'fixtures/shop.json'), 'utf8')) as { items: Record<string, unknown>[] };
    fc.assert(fc.property(fc.nat(whole.items.length - 1), fc.constantFrom('spec', 'status', 'metadata', 'kind'), fc.constantFrom<unknown>(null, [], 'x', 3, { a: [null] }), (index, field, value) => {
      const items = whole.items.map((item, at) => (at === index ? { ...item, [field]: value } : item));
      expect(() => facts(readObjects({ ...whole, items }))).not.toThrow();
    }), { numRuns: 200 });
  });
});

describe('what runs', () => {
  it('a pod whose ReplicaSet could not be read belongs to the Deployment that its hash names', () => {
    const pod = (imageID: string): KubeObject[] => readObjects({
      kind: 'Pod', metadata: { name: 'pay-6f9c-a', namespace: 'shop', labels: { app: 'pay', 'pod-template-hash': '6f9c' }, ownerReferences: [{ kind: 'ReplicaSet', name: 'pay-6f9c', controller: true }] },
      spec: { containers: [{ name: 'pay', image: 'registry.example/pay:1' }] }, status: { phase: 'Running', containerStatuses: [{ name: 'pay', imageID, state: {} }] },
    });
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(links(facts([...deployment, ...pod(`registry.example/pay@${digest}`)]), 'runs-as')).toEqual([[`image:registry.example/pay@${digest}`, 'service:prod/shop/pay']]);
    // The id of an unpacked image is no digest of a registry.
    for (const imageID of [digest, `docker://${digest}`, '', 'registry.example/pay:1']) expect(links(facts([...deployment, ...pod(imageID)]), 'runs-as')).toEqual([]);
  });

  it('a controller that is not read itself shows in its pods', () => {
    const rollout = readObjects({ kind: 'List', items: [
      { kind: 'ReplicaSet', metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ kind: 'Rollout', name: 'web', controller: true }] } },
      { kind: 'Pod', metadata: { name: 'web-1-a', namespace: 'shop', labels: { app: 'web' }, ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }] }, spec: { containers: [] }, status: { phase: 'Running' } },
    ] });
    expect(attributes(facts(rollout), 'service:prod/shop/web')).toMatchObject({ workload: 'Rollout', name: 'web' });
  });
});

describe('who reaches it', () => {
  const service = (spec: object, annotations: Record<string, string> = {}, addresses: readonly object[] = []): KubeObject[] =>
    object({ kind: 'Service', name: 'pay', annotations, spec: { type: 'LoadBalancer', selector: { app: 'pay' }, ports: [{ port: 80 }], ...spec }, status: { loadBalancer: { ingress: addresses } } });
  const scheme = (objects: readonly KubeObject[], via = 'service', name = 'pay'): unknown => attributes(facts([...deployment, ...objects]), `lb:k8s/prod/shop/${via}/${name}`)['scheme'];

  it.each<readonly [string, Record<string, string>, readonly object[], unknown]>([
    ['a public address', {}, [{ ip: '203.0.113.1' }], 'internet-facing'], ['a private address', {}, [{ ip: '10.1.2.3' }], 'internal'], ['a private IPv6 address', {}, [{ ip: 'fd00::1' }], 'internal'],
    ['a public address, whatever was asked for', { 'cloud.google.com/load-balancer-type': 'Internal' }, [{ ip: '203.0.113.1' }], 'internet-facing'],
    ['AWS, internal', { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' }, [{ hostname: 'k8s-a.elb.eu-central-1.amazonaws.com' }], 'internal'],
    ['AWS, internet-facing', { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing' }, [{ hostname: 'k8s-a.elb.eu-central-1.amazonaws.com' }], 'internet-facing'],
    ['AWS, the old word', { 'service.beta.kubernetes.io/aws-load-balancer-internal': '0.0.0.0/0' }, [], 'internal'], ['AWS, by its name', {}, [{ hostname: 'internal-a-1.eu-central-1.elb.amazonaws.com' }], undefined],
    ['AWS, by its classic name', {}, [{ hostname: 'internal-a-1.elb.eu-central-1.amazonaws.com' }], 'internal'],
    ['Google, internal', { 'networking.gke.io/load-balancer-type': 'Internal' }, [], 'internal'], ['Azure, internal', { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' }, [{ ip: '10.2.0.9' }], 'internal'],
    ['Oracle, internal', { 'service.beta.kubernetes.io/oci-load-balancer-internal': 'true' }, [], 'internal'], ['a name that says nothing', {}, [{ hostname: 'lb.example' }], undefined], ['nothing yet', {}, [], undefined],
  ])('Service of type LoadBalancer: %s', (_name, annotations, addresses, expected) => expect(scheme(service({}, annotations, addresses))).toBe(expected));

  it('a NodePort is reached from outside only where a node has a public address; unknown where nodes could not be read', () => {
    const node = (type: string, address: string): KubeObject[] => object({ kind: 'Node', name: 'n', namespace: '', status: { addresses: [{ type, address }] } });
    const port = service({ type: 'NodePort' });
    expect(scheme([...port, ...node('InternalIP', '10.0.0.1')], 'nodeport')).toBe('internal');
    expect(scheme([...port, ...node('ExternalIP', '203.0.113.9')], 'nodeport')).toBeUndefined();
    expect(attributes(facts([...deployment, ...port], ['Node']), 'lb:k8s/prod/shop/nodeport/pay')).toEqual(expect.not.objectContaining({ scheme: expect.anything() }));
  });

  const ingress = (annotations: Record<string, string>, spec: object = {}, addresses: readonly object[] = []): KubeObject[] => object({
    kind: 'Ingress', name: 'web', annotations, status: { loadBalancer: { ingress: addresses } },
    spec: { rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend: { service: { name: 'pay', port: { number: 80 } } } }] } }], ...spec },
  });
  it.each<readonly [string, Record<string, string>, object, readonly object[], unknown]>([
    ['AWS, without a word', { 'kubernetes.io/ingress.class': 'alb' }, {}, [{ hostname: 'k8s-a.eu-central-1.elb.amazonaws.com' }], 'internal'], ['AWS, internet-facing', { 'alb.ingress.kubernetes.io/scheme': 'internet-facing' }, { ingressClassName: 'alb' }, [], 'internet-facing'],
    ['Google, external', { 'kubernetes.io/ingress.class': 'gce' }, {}, [], 'internet-facing'], ['Google, internal', { 'kubernetes.io/ingress.class': 'gce-internal' }, {}, [], 'internal'],
    ['Azure, private', { 'kubernetes.io/ingress.class': 'azure/application-gateway', 'appgw.ingress.kubernetes.io/use-private-ip': 'true' }, {}, [], 'internal'],
    ['nginx by its address', {}, { ingressClassName: 'nginx' }, [{ ip: '10.0.0.9' }], 'internal'], ['nginx without one', {}, { ingressClassName: 'nginx' }, [], undefined],
  ])('Ingress: %s', (_name, annotations, spec, addresses, expected) => expect(scheme(ingress(annotations, spec, addresses), 'ingress', 'web')).toBe(expected));

  it('an Ingress has the scheme and the ranges of the load balancer before its controller', () => {
    const front = object({ kind: 'Service', name: 'controller', namespace: 'ingress-nginx', annotations: { 'cloud.google.com/load-balancer-type': 'External' }, spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'], ports: [] }, status: { loadBalancer: { ingress: [{ hostname: 'lb.example' }] } } });
    const all = facts([...deployment, ...front, ...ingress({}, {}, [{ hostname: 'lb.example' }])]);
    expect(attributes(all, 'lb:k8s/prod/shop/ingress/web')).toMatchObject({ scheme: 'internet-facing', behind: 'lb:k8s/prod/ingress-nginx/service/controller' });
    expect(attributes(all, 'lb:k8s/prod/shop/ingress/web')['allowedCidrs']).toEqual(['192.0.2.0/24']);
  });

  it.each<readonly [Record<string, string>, unknown, readonly string[]]>([
    [{}, undefined, []], [{ 'nginx.ingress.kubernetes.io/auth-type': 'basic' }, 'basic', []], [{ 'nginx.ingress.kubernetes.io/auth-tls-secret': 'shop/ca' }, 'mtls', []],
    [{ 'nginx.ingress.kubernetes.io/auth-tls-secret': 'shop/ca', 'nginx.ingress.kubernetes.io/auth-tls-verify-client': 'optional' }, undefined, []], [{ 'alb.ingress.kubernetes.io/auth-type': 'none' }, undefined, []],
    [{ 'alb.ingress.kubernetes.io/auth-type': 'oidc', 'alb.ingress.kubernetes.io/inbound-cidrs': '192.0.2.0/24, 198.51.100.0/24' }, 'oidc', ['192.0.2.0/24', '198.51.100.0/24']], [{ 'haproxy.org/allow-list': '192.0.2.1 192.0.2.2' }, undefined, ['192.0.2.1', '192.0.2.2']],
  ])('annotations that narrow: %j', (annotations, authentication, ranges) => {
    const rule = attributes(facts([...deployment, ...ingress(annotations)]), 'listener-rule:k8s/prod/shop/ingress/web/shop.example/');
    expect(rule['authentication']).toBe(authentication);
    expect((rule['conditions'] as { field: string; values: string[] }[]).filter(({ field }) => field === 'source-ip').flatMap(({ values }) => values)).toEqual(ranges);
  });

  it('where AWS itself leads to the pods, the chain goes on in AWS and not by guess', () => {
    const arn = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/k8s-shop-pay/0123456789abcdef';
    const binding = object({ kind: 'TargetGroupBinding', name: 'k8s-shop-pay', spec: { serviceRef: { name: 'pay', port: 80 }, targetGroupARN: arn, targetType: 'ip' } });
    const all = facts([...deployment, ...service({ type: 'ClusterIP' }), ...ingress({ 'kubernetes.io/ingress.class': 'alb' }), ...binding]);
    expect(links(all, 'routes-to')).toContainEqual(['service:prod/shop/pay', `target-group:${arn}`]);
    expect(attributes(all, 'lb:k8s/prod/shop/ingress/web')).toEqual({});
  });

  it('a Service that selects nobody has no target; where pods could not be read, nothing is said of targets', () => {
    const target = (objects: readonly KubeObject[], unread: readonly string[] = []): unknown => attributes(facts(objects, unread), 'target-group:k8s/prod/shop/service/pay/80')['targets'];
    expect(target(service({}))).toEqual([]);
    expect(target(service({ selector: undefined }))).toBeUndefined();
    expect(target([...deployment, ...service({})], ['Pod'])).toBeUndefined();
  });

  it('a Service that nothing leads to is no way out', () => expect(links(facts([...deployment, ...service({ type: 'ClusterIP' })]), 'routes-to')).toEqual([]));

  it.each<readonly [string, object, boolean]>([
    ['nobody', { podSelector: {} }, true], ['nobody at this port', { podSelector: {}, ingress: [{ ports: [{ port: 9090 }] }] }, true], ['a range of ports', { podSelector: {}, ingress: [{ ports: [{ port: 1, endPort: 100 }] }] }, false],
    ['some pods', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }, false], ['a named port', { podSelector: {}, ingress: [{ ports: [{ port: 'http' }] }] }, false], ['other pods only', { podSelector: { matchLabels: { app: 'db' } } }, false],
    ['outgoing traffic only', { podSelector: {}, policyTypes: ['Egress'] }, false],
  ])('a network policy that admits %s', (_name, spec, closed) => {
    const all = facts([...deployment, ...service({}), ...object({ kind: 'NetworkPolicy', name: 'p', spec })]);
    expect(attributes(all, 'target-group:k8s/prod/shop/service/pay/80')['allowedCidrs']).toEqual(closed ? [] : undefined);
  });

  it('a workload that nothing leads to says so only where all that could was read', () => {
    expect(attributes(facts(deployment), 'service:prod/shop/pay')).toMatchObject({ assignPublicIp: false, loadBalancers: [] });
    expect(attributes(facts(deployment, ['Ingress']), 'service:prod/shop/pay')).toEqual(expect.not.objectContaining({ loadBalancers: expect.anything() }));
  });
});

describe('selectors', () => {
  it.each<readonly [object, boolean]>([
    [{}, true], [{ matchLabels: { app: 'pay' } }, true], [{ matchLabels: { app: 'x' } }, false], [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['pay'] }] }, false], [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }, { key: 'tier', operator: 'In', values: ['a'] }] }, false], [{ matchExpressions: [{ key: 'app', operator: 'Newer' }] }, false],
  ])('%j', (selector, expected) => expect(selects(selector as Record<string, unknown>, { app: 'pay' })).toBe(expected));
});
