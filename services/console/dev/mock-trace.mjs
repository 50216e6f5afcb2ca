const DAY = 86_400_000;
const ago = (days) => new Date(Date.now() - days * DAY).toISOString().replace(/\.\d+Z/, 'Z');
const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const ARN = 'arn:aws:ecs:eu-west-1:123456789012';
const ELB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012';
const hex = (seed, length) => Array.from({ length }, (_, i) => ((seed * 7919 + i * 131) % 16).toString(16)).join('');

const node = (urn, kind, name, attributes = {}) => ({ urn, kind, name, attributes });
const link = (from, to, kind, method, confidence, days, over = {}) => ({ from, to, kind, method, verified: method === 'attestation', confidence, evidence: over.evidence ?? { source: method === 'api' ? 'aws-prod' : 'github-acme', url: 'https://github.example/acme/pay/actions/runs/771' }, validFrom: ago(days), validTo: null, ...over });

/** pay: verified to the internet. shop: two candidate repositories, a tag only. ledger: no build known, exposure unknown. */
export function traceFrom(world, from, direction, at) {
  if (world === 'none') return { nodes: [], links: [], paths: [], gaps: [], exposure: 'unknown', owner: null };
  const all = world === 'many' ? fleet() : story();
  const moment = at ? Date.parse(at) : Date.now();
  const links = all.links.filter((one) => Date.parse(one.validFrom) <= moment);
  const start = all.nodes.some((one) => one.urn === from) ? from : undefined;
  if (!start) return { nodes: [], links: [], paths: [], gaps: [], exposure: 'unknown', owner: null };
  // An image name is traced as the images it names.
  const seen = new Set([start, ...(start.startsWith('image-name:') ? links.filter((one) => one.from === start).map((one) => one.to) : [])]);
  for (let grew = true; grew;) {
    grew = false;
    for (const one of links) {
      const [a, b] = direction === 'forward' ? [one.from, one.to] : [one.to, one.from];
      if (seen.has(a) && !seen.has(b) && !(one.kind === 'owned-by' && direction === 'backward')) { seen.add(b); grew = true; }
    }
  }
  for (const one of links) if (seen.has(one.from) && ['owned-by', 'member-of', 'part-of'].includes(one.kind)) seen.add(one.to);
  for (const one of [...links, ...links, ...links]) if (seen.has(one.from) && ['routes-to', 'listens-on', 'resolves-to'].includes(one.kind)) seen.add(one.to);
  const nodes = all.nodes.filter((one) => seen.has(one.urn));
  const kept = links.filter((one) => seen.has(one.from) && seen.has(one.to));
  return { nodes, links: kept, paths: pathsOf(start, kept, direction), gaps: all.gaps.filter((gap) => seen.has(gap.asset)), exposure: nodes.some((one) => one.attributes.exposure === 'internet') ? 'internet' : 'unknown', owner: 'payments' };
}

function pathsOf(start, links, direction) {
  const paths = [];
  const walk = (at, path) => {
    const next = links.filter((one) => !['owned-by', 'member-of', 'part-of'].includes(one.kind) && (direction === 'forward' ? one.from : one.to) === at).map((one) => (direction === 'forward' ? one.to : one.from)).filter((urn) => !path.includes(urn));
    if (next.length === 0 || path.length > 14) { if (paths.length < 40 && path.length > 1) paths.push(path); return; }
    for (const urn of next) walk(urn, [...path, urn]);
  };
  walk(start, [start]);
  return paths;
}

function story() {
  const repo = (name) => `repo:github.com/acme/${name}`;
  const commit = (name, n) => `commit:github.com/acme/${name}@${hex(n, 40)}`;
  const build = (name, n) => `build:github.com/acme/${name}/actions/runs/${n}`;
  const image = (name, n) => `image:${REGISTRY}/acme/${name}@sha256:${hex(n, 64)}`;
  const nodes = [
    node(repo('pay'), 'repository', 'acme/pay'), node(commit('pay', 3), 'commit', hex(3, 40)), node(build('pay', 771), 'build', 'deploy.yml', { workflow: '.github/workflows/deploy.yml', runNumber: 771, commit: hex(3, 40) }),
    node(`image-name:${REGISTRY}/acme/pay`, 'image-name', 'acme/pay'), node(image('pay', 5), 'image', 'acme/pay'), node(`tag:${REGISTRY}/acme/pay:v1.8.2`, 'tag', 'v1.8.2'),
    node(`service:${ARN}:service/prod/pay-api`, 'service', 'pay-api', { exposure: 'internet', why: 'alb-pay is internet-facing; sg-0public lets in 0.0.0.0/0', runningCount: 3, launchType: 'FARGATE' }), node(`task-definition:${ARN}:task-definition/pay-api:88`, 'task-definition', 'pay-api:88'),
    ...[1, 2, 3].map((n) => node(`task:${ARN}:task/prod/${hex(n, 32)}`, 'task', hex(n, 8))),
    node(`target-group:${ELB}:targetgroup/pay/1`, 'target-group', 'pay'), node(`listener:${ELB}:listener/app/alb-pay/1/2`, 'listener', 'HTTPS 443'), node(`lb:${ELB}:loadbalancer/app/alb-pay/1`, 'load-balancer', 'alb-pay', { scheme: 'internet-facing' }), node('endpoint:pay.acme.example', 'endpoint', 'pay.acme.example'),
    node('team:payments', 'team', 'Payments', { source: 'CODEOWNERS line 14' }), node('environment:production', 'environment', 'production'), node(`cluster:${ARN}:cluster/prod`, 'cluster', 'prod'), node('application:checkout', 'application', 'Checkout'),
    node(repo('pay-legacy'), 'repository', 'acme/pay-legacy'), node(image('pay-batch', 9), 'image', 'acme/pay-batch'), node(`service:${ARN}:service/prod/pay-batch`, 'service', 'pay-batch', { exposure: 'unknown', runningCount: 1 }),
    node(image('pay', 6), 'image', 'acme/pay', { architecture: 'amd64' }), node(image('pay', 7), 'image', 'acme/pay', { architecture: 'arm64' }),
    { ...node(`service:${ARN}:service/prod/other`, 'service', '', {}), restricted: true },
    node(image('pay', 4), 'image', 'acme/pay'), node(build('pay', 752), 'build', 'deploy.yml', { workflow: '.github/workflows/deploy.yml', runNumber: 752 }), node(commit('pay', 2), 'commit', hex(2, 40)),
  ];
  const links = [
    link(repo('pay'), commit('pay', 3), 'contains', 'api', 1, 12), link(repo('pay'), commit('pay', 2), 'contains', 'api', 1, 40), link(commit('pay', 3), build('pay', 771), 'built-by', 'api', 1, 12), link(commit('pay', 2), build('pay', 752), 'built-by', 'api', 1, 40),
    link(build('pay', 771), image('pay', 5), 'produced', 'attestation', 1, 12, { evidence: { predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://github.com/actions/runner/github-hosted', keyId: 'acme-ci-2026' } }), link(build('pay', 752), image('pay', 4), 'produced', 'build-output', 0.9, 40), link(`image-name:${REGISTRY}/acme/pay`, image('pay', 5), 'contains', 'api', 1, 12), link(`image-name:${REGISTRY}/acme/pay`, image('pay', 4), 'contains', 'api', 1, 40), link(image('pay', 5), `tag:${REGISTRY}/acme/pay:v1.8.2`, 'tagged', 'api', 1, 12),
    link(image('pay', 5), image('pay', 6), 'contains', 'api', 1, 12, { evidence: { platform: 'linux/amd64' } }), link(image('pay', 5), image('pay', 7), 'contains', 'api', 1, 12, { evidence: { platform: 'linux/arm64' } }),
    link(image('pay', 6), `service:${ARN}:service/prod/other`, 'runs-as', 'api', 0.98, 11),
    link(image('pay', 6), `task-definition:${ARN}:task-definition/pay-api:88`, 'runs-as', 'api', 1, 11), link(`task-definition:${ARN}:task-definition/pay-api:88`, `service:${ARN}:service/prod/pay-api`, 'part-of', 'api', 1, 11),
    link(image('pay', 4), `service:${ARN}:service/prod/pay-api`, 'runs-as', 'api', 1, 40, { validTo: ago(11) }),
    ...[1, 2, 3].map((n) => link(`task:${ARN}:task/prod/${hex(n, 32)}`, `service:${ARN}:service/prod/pay-api`, 'part-of', 'api', 1, 11)),
    link(`service:${ARN}:service/prod/pay-api`, `target-group:${ELB}:targetgroup/pay/1`, 'routes-to', 'api', 1, 60), link(`target-group:${ELB}:targetgroup/pay/1`, `listener:${ELB}:listener/app/alb-pay/1/2`, 'routes-to', 'api', 1, 60), link(`listener:${ELB}:listener/app/alb-pay/1/2`, `lb:${ELB}:loadbalancer/app/alb-pay/1`, 'listens-on', 'api', 1, 60), link(`lb:${ELB}:loadbalancer/app/alb-pay/1`, 'endpoint:pay.acme.example', 'resolves-to', 'api', 1, 60),
    link(repo('pay'), 'team:payments', 'owned-by', 'codeowners', 0.95, 80), link(`service:${ARN}:service/prod/pay-api`, 'environment:production', 'member-of', 'api', 1, 60), link(`service:${ARN}:service/prod/pay-api`, `cluster:${ARN}:cluster/prod`, 'part-of', 'api', 1, 60), link(`service:${ARN}:service/prod/pay-batch`, `cluster:${ARN}:cluster/prod`, 'part-of', 'api', 1, 60), link(`service:${ARN}:service/prod/pay-api`, 'application:checkout', 'member-of', 'manual', 1, 60),
    link(repo('pay'), image('pay-batch', 9), 'contains', 'dockerfile', 0.4, 20), link(repo('pay-legacy'), image('pay-batch', 9), 'contains', 'dockerfile', 0.38, 20), link(image('pay-batch', 9), `service:${ARN}:service/prod/pay-batch`, 'runs-as', 'tag', 0.75, 20),
  ];
  const gaps = [{ hop: 'build', asset: image('pay-batch', 9), reason: 'no attestation, record, label or build output names sha256:7ad0369cf258', remedy: 'Add to build.yml:\n  - uses: actions/attest-build-provenance@v2\n    with: { subject-name: acme/pay-batch, push-to-registry: true }' },
    { hop: 'exposure', asset: `service:${ARN}:service/prod/pay-batch`, reason: 'no way to the service was observed', remedy: 'Grant the connector elasticloadbalancing:Describe*.' }];
  return { nodes, links, gaps };
}

/** One base image, many services. */
function fleet() {
  const base = story();
  const nodes = [...base.nodes], links = [...base.links];
  const image = (name, n) => `image:${REGISTRY}/acme/${name}@sha256:${hex(n, 64)}`;
  for (let n = 0; n < 34; n += 1) {
    nodes.push(node(`task:${ARN}:task/prod/${hex(n + 50, 32)}`, 'task', hex(n + 50, 8)));
    links.push(link(image('pay', 6), `task:${ARN}:task/prod/${hex(n + 50, 32)}`, 'runs-as', 'api', 0.98, 9), link(`task:${ARN}:task/prod/${hex(n + 50, 32)}`, `service:${ARN}:service/prod/pay-api`, 'part-of', 'api', 0.98, 9));
    const service = `service:${ARN}:service/prod/svc-${n}`, own = `image:${REGISTRY}/acme/svc-${n}@sha256:${hex(n + 20, 64)}`, build = `build:github.com/acme/pay/actions/runs/${800 + n}`;
    nodes.push(node(service, 'service', `svc-${n}`, { exposure: n < 5 ? 'internet' : n % 4 ? 'internal' : 'unknown' }), node(own, 'image', `acme/svc-${n}`), node(build, 'build', 'deploy.yml', { workflow: 'deploy.yml', runNumber: 800 + n }));
    links.push(link(`commit:github.com/acme/pay@${hex(3, 40)}`, build, 'built-by', 'api', 1, 10), link(build, own, 'produced', n % 3 ? 'oci-label' : 'attestation', 0.9, 10), link(own, service, 'runs-as', 'api', 1, 9));
    if (n < 5) links.push(link(service, `target-group:${ELB}:targetgroup/pay/1`, 'routes-to', 'api', 1, 9));
  }
  return { nodes, links, gaps: base.gaps };
}
