import type { PartSpec } from './harness.js';
import { ARN, ELB, IMAGE, SERVICE, SG, SHA } from './memory-world.js';

export const NAMES = {
  repository: 'repo:github.com/acme/pay', commit: `commit:github.com/acme/pay@${SHA('a')}`, build: 'build:github.com/acme/pay/actions/runs/7', image: IMAGE('1'),
  imageName: 'image-name:registry.example/acme/pay', definition: `task-definition:${ARN}:task-definition/pay:3`, service: SERVICE, task: `task:${ARN}:task/prod/1`,
  cluster: `cluster:${ARN}:cluster/prod`, group: `target-group:${ELB}:targetgroup/pay/1`, rule: `listener-rule:${ELB}:listener-rule/app/web/1/2/3`,
  listener: `listener:${ELB}:listener/app/web/1/2`, balancer: `lb:${ELB}:loadbalancer/app/web/1`, endpoint: 'endpoint:pay.example.com', webGroup: SG('sg-web'),
} as const;

const N = NAMES;

export const codeFacts: PartSpec = {
  source: 'github:acme',
  assets: [[N.repository, { defaultBranch: 'main', codeowners: { path: '.github/CODEOWNERS', text: '* @acme/payments\n/docs/ @acme/writers\n' } }]],
  links: [
    [N.repository, 'contains', N.commit], [N.commit, 'built-by', N.build],
    [N.build, 'produced', N.image, { method: 'attestation', data: { predicateType: 'https://slsa.dev/provenance/v1' } }],
  ],
};

/** An inventory of the runtime in one part; its marker is `marker(sequence)`. */
export const runtimeFacts = (image: string = N.image, extra: Partial<PartSpec> = {}): PartSpec => ({
  source: 'aws:111122223333/eu-central-1', scope: 'runtime',
  assets: [
    [N.service, { name: 'pay', desiredCount: 1, runningCount: 1, assignPublicIp: false, loadBalancers: ['x'] }], [N.task, { status: 'RUNNING' }], [N.cluster, { name: 'prod' }],
    [N.group, { targets: [{ id: '10.0.0.1', port: 8080, health: 'healthy' }], port: 8080 }], [N.rule, { actionType: 'forward' }], [N.listener, { port: 443 }],
    [N.balancer, { name: 'web', scheme: 'internet-facing', type: 'application', securityGroups: ['sg-web'] }],
    [N.webGroup, { type: 'security-group', ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrs: ['0.0.0.0/0'] }] }], [N.endpoint, { host: 'pay.example.com' }],
  ],
  links: [
    [image, 'runs-as', N.task], [N.task, 'part-of', N.service], [N.definition, 'runs-as', N.service], [N.service, 'part-of', N.cluster],
    [N.service, 'routes-to', N.group], [N.group, 'routes-to', N.rule], [N.rule, 'part-of', N.listener], [N.listener, 'listens-on', N.balancer], [N.balancer, 'resolves-to', N.endpoint],
  ],
  ...extra,
});

export const marker = (extra: Partial<PartSpec> = {}): PartSpec => ({ source: 'aws:111122223333/eu-central-1', scope: 'runtime', complete: true, parts: 1, ordinal: 1, ...extra });
