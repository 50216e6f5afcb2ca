const DAY = 86_400_000;
const ago = (days) => new Date(Date.now() - days * DAY).toISOString().replace(/\.\d+Z/, 'Z');
const ARN = 'arn:aws:ecs:eu-west-1:123456789012', ELB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012', REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const service = (name) => `service:${ARN}:service/prod/${name}`;
const image = (name, n = 5) => `image:${REGISTRY}/acme/${name}@sha256:${String(n).repeat(64).slice(0, 64)}`;
const size = (world) => (world === 'none' ? 0 : world === 'few' ? 3 : 240);

const ATTEST = 'Add to the workflow after the image is pushed (permissions: id-token: write, attestations: write):\n- uses: actions/attest-build-provenance@v3\n  with:\n    subject-name: ${{ env.IMAGE }}\n    subject-digest: ${{ steps.push.outputs.digest }}\n    push-to-registry: true';

export function coverage(world) {
  if (world === 'none') return ['repository-of-image', 'build', 'commit', 'runtime', 'exposure', 'owner'].map((hop) => ({ hop, assets: 0, known: 0, verified: 0, missing: 0, share: null, byMethod: {}, remedy: ATTEST }));
  const times = world === 'few' ? 1 : 420;
  const hop = (name, byMethod, verified, missingCount, remedy) => { const known = Object.values(byMethod).reduce((sum, n) => sum + n, 0) * times; return { hop: name, assets: known + missingCount * times, known, verified: verified * times, missing: missingCount * times, share: 0, byMethod: Object.fromEntries(Object.entries(byMethod).map(([method, n]) => [method, n * times])), remedy }; };
  return [
    hop('repository-of-image', { 'attestation': 4, 'oci-label': 3, 'dockerfile': 2 }, 4, 1, ATTEST), hop('build', { 'attestation': 4, 'deployment-record': 2, 'tag': 1 }, 4, 3, ATTEST), hop('commit', { 'attestation': 4, 'api': 3 }, 4, 3, 'Send workflow_run events of the repository to the connector\'s webhook, or post a deployment record with "commit".'),
    hop('runtime', { 'api': 6, 'deployment-record': 1 }, 0, 0, ''), hop('exposure', { internet: 3, internal: 2, none: 1 }, 0, 1, 'Let the connector read elasticloadbalancing:Describe* and ec2:DescribeSecurityGroups.'), hop('owner', { codeowners: 5, manual: 1, tag: 2 }, 0, 2, 'Add .github/CODEOWNERS with a line "* @org/team".'),
    hop('environment', { manual: 4, tag: 3 }, 0, 0, ''), hop('application', { manual: 5 }, 0, 2, 'PUT /v1/applications/{slug} {"services": ["…"]}'),
  ];
}

export const missing = (world, hop) => (world === 'none' ? [] : [['image-name', `image-name:${REGISTRY}/acme/pay-batch`, 'acme/pay-batch'], ['image', image('ledger', 7), 'acme/ledger'], ['service', service('ledger-worker-with-a-very-long-name-that-somebody-chose'), 'ledger-worker-with-a-very-long-name-that-somebody-chose']]
  .map(([kind, asset, name]) => ({ asset, kind, name, hop, reason: hop === 'owner' ? 'no manual entry, ownership rule, CODEOWNERS line, tag or repository team names an owner' : 'no attestation, record, label or build output names sha256:7777777777777', remedy: ATTEST })));

export const exposed = (world) => Array.from({ length: size(world) }, (_, n) => {
  const name = ['pay-api', 'shop-web', 'partner-gateway-with-a-long-name'][n % 3] + (n > 2 ? `-${n}` : '');
  const host = ['pay.acme.example', 'shop.acme.example', 'partners.acme.example'][n % 3];
  return {
    service: service(name), name, exposure: n % 3 === 2 ? 'limited' : 'internet', since: n % 5 === 4 ? null : ago(11 + n), audience: n % 3 === 2 ? ['203.0.113.0/24', 'OIDC sign-in'] : [], assumed: [],
    reasons: ['alb-pay is internet-facing', 'sg-0public lets in 0.0.0.0/0', 'a subnet has a route to an internet gateway'], path: [service(name), `target-group:${ELB}:targetgroup/${name}/1`, `listener:${ELB}:listener/app/alb-pay/1/2`, `lb:${ELB}:loadbalancer/app/alb-pay/50dc6c495c0c9188`, `endpoint:${host}`], endpoints: [`endpoint:${host}`],
    image: image('pay'), images: [image('pay')], repository: n % 3 === 2 ? null : `repo:github.com/acme/${['pay', 'shop'][n % 3]}`, team: n % 3 === 2 ? null : ['payments', 'storefront'][n % 3], application: 'checkout', applications: ['checkout'], environments: ['production'],
  };
});

export function blastRadius(world) {
  const services = exposed(world);
  const images = services.map((one, n) => ({ image: image(one.name, n % 9), running: n % 4 !== 3 }));
  return { from: [], partial: world === 'many', counts: { images: images.length, runningImages: images.filter((one) => one.running).length, services: services.length, environments: services.length && 1, endpoints: Math.min(3, services.length), applications: services.length && 1, teams: Math.min(2, services.length), repositories: Math.min(2, services.length), byExposure: services.length ? { internet: services.filter((one) => one.exposure === 'internet').length, limited: services.filter((one) => one.exposure === 'limited').length } : {} },
    images, services, environments: services.length ? ['production'] : [], endpoints: [...new Set(services.flatMap((one) => one.endpoints))], applications: services.length ? ['checkout'] : [], teams: services.length ? ['payments', 'storefront'] : [], repositories: services.length ? ['repo:github.com/acme/pay', 'repo:github.com/acme/shop'] : [] };
}

export const exposureHistory = (world) => (world === 'none' ? [] : [{ service: service('pay-api'), exposure: 'internal', from: ago(120), to: ago(60) }, { service: service('pay-api'), exposure: 'internet', from: ago(60), to: ago(31) }, { service: service('pay-api'), exposure: 'limited', from: ago(31), to: ago(24) }, { service: service('pay-api'), exposure: 'internet', from: ago(24), to: null }]);

export const attestations = (world) => (world === 'none' ? [] : [
  { id: 'a1', image: image('pay'), subject: 'sha256:55', predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://github.com/actions/runner/github-hosted', status: 'verified', reason: '', origin: 'oci-referrers', keyId: 'acme-ci-2026', repository: 'github.com/acme/pay', commit: 'd1c2678d70d2182b1e6847fcca070418a6ef720f', observedAt: ago(12), checkedAt: ago(0.2), policyVersion: 3 },
  { id: 'a2', image: image('pay'), subject: 'sha256:55', predicateType: 'https://slsa.dev/provenance/v1', builder: 'https://example.org/somebody-else', status: 'refused', reason: 'builder_not_trusted', origin: 'open', keyId: 'acme-ci-2026', repository: 'github.com/acme/pay', commit: '', observedAt: ago(3), checkedAt: ago(0.2), policyVersion: 3 },
  { id: 'a3', image: image('pay'), subject: 'sha256:55', predicateType: 'https://cyclonedx.org/bom', builder: '', status: 'unverified', reason: 'key_unknown', origin: 'oci-fallback-tag', observedAt: ago(12), checkedAt: ago(0.2), policyVersion: 3 },
]);

export const provenance = (world) => (world === 'none' ? { keys: [], builders: [] } : { keys: [{ keyId: 'acme-ci-2026', pem: '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmocked0000000000000000000000\n-----END PUBLIC KEY-----\n' }], builders: ['https://github.com/actions/runner/*'], sigstore: { issuers: ['https://token.actions.githubusercontent.com'], identities: ['https://github.com/acme/*'] }, version: 3, author: 'sam@acme.example', changedAt: ago(4), reason: 'rotation' });

export const search = (world, query) => (world === 'none' ? [] : [
  { urn: 'repo:github.com/acme/pay', kind: 'repository', name: 'acme/pay' }, { urn: image('pay'), kind: 'image', name: 'acme/pay' }, { urn: service('pay-api'), kind: 'service', name: 'pay-api' }, { urn: 'endpoint:pay.acme.example', kind: 'endpoint', name: 'pay.acme.example' }, { urn: 'commit:github.com/acme/pay@d1c2678d70d2182b1e6847fcca070418a6ef720f', kind: 'commit', name: 'd1c2678' },
].filter((one) => one.urn.includes(query.get('q')) && (!query.get('kind') || one.kind === query.get('kind'))));
