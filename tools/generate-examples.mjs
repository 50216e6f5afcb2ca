// Writes schemas/examples/<topic>.json: one record a topic with every field filled, as subscribers' documentation and for
// the test that decodes them. Values come from the field names, so that a new field has an example without being forgotten.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { AVRO_SCHEMAS, TOPIC_CATALOGUE } = await import(join(root, 'libs/contracts/dist/generated/index.js'));

const UUID = '018f6a3e-7c1d-7b2a-9c4e-5d6f7a8b9c0d';
const DIGEST = 'sha256:9f2c1a7be04d5c6f8e1b3a29d7c4f6051b8e7a3d2c9f4e6b8a1d5c7f0e3b2a49';
const TEXT = {
  tenantId: '00000000-0000-7000-8000-000000000001', asset: 'image-name:111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay', version: 1,
  versionUrn: `image:111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay@${DIGEST}`, scope: 'image-name:111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay||trivy||default', line: 'default',
  tool: 'trivy', toolVersion: '0.67.2', format: 'trivy', class: 'container', title: 'Apache Log4j2 JNDI features do not protect against attacker controlled LDAP endpoints', severity: 'critical', original: 'CRITICAL', normalized: 'critical',
  rule: 'trivy.severity', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1', ecosystem: 'maven', path: 'opt/tokenizer/lib/log4j-core-2.14.1.jar', repository: 'github.com/acme/pay', branch: 'main', commit: '3f1c9a7be04d5c6f8e1b3a29d7c4f6051b8e7a3d',
  image: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay@${DIGEST}`, application: 'shop', service: 'pay', team: 'payments', environment: 'prod', account: 'aws/111122223333', build: 'build:github.com/acme/pay/actions/runs/4001', status: 'open', coverage: 'complete', band: 'act', decision: '', formulaVersion: '1',
  deployed: 'yes', exposed: 'yes', exposure: 'internet', reachable: 'unknown', kind: 'image-name', urn: 'service:arn:aws:ecs:eu-central-1:111122223333:service/prod/pay', from: 'build:github.com/acme/pay/actions/runs/4001', to: `image:111122223333.dkr.ecr.eu-central-1.amazonaws.com/pay@${DIGEST}`, method: 'build-output', attributes: '{"scheme":"internet-facing"}', evidence: '{"step":"docker/build-push-action"}',
  source: 'aws:111122223333/eu-central-1', advisory: 'CVE-2021-44228', sha256: DIGEST.slice(7), blobKey: '2026/11/018f6a3e', contentType: 'application/json', fileName: 'trivy-pay.json', url: 'https://tracker.example/ACME-7', externalKey: 'ACME-7', destination: 'tracker', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', ssvc: 'Act', slaStep: 'running', change: 'created', cause: 'finding', action: 'exception.approve', slug: 'default', name: 'Default', actor: 'token:018f6a3e', criticality: 'critical', dataClass: 'cardholder', actorName: '', message: '', hash: DIGEST.slice(7), key: 'upgrade|maven/org.apache.logging.log4j/log4j-core|image-name:…/pay', marker: null,
};

function example(type, name, seen = new Map()) {
  if (Array.isArray(type)) return example(type.find((t) => t !== 'null'), name, seen);
  if (typeof type === 'string' && seen.has(type)) return example(seen.get(type), name, seen);
  if (type === 'string') return TEXT[name] !== undefined && TEXT[name] !== null ? String(TEXT[name]) : /At$|Since$|Seen$|^observed$|validFrom|validTo|lastSync/.test(name) ? '2026-11-22T10:00:00.000Z' : /Id$|^id$/.test(name) ? UUID : '';
  if (type === 'int' || type === 'long') return /version|sequence|ersion$/i.test(name) ? 7 : /parts|ordinal/.test(name) ? 0 : 1;
  if (type === 'double') return name === 'score' ? 97.4 : name === 'contribution' ? 97.4 : 0.94;
  if (type === 'boolean') return name === 'defaultLine';
  if (type.type === 'array') return [example(type.items, singular(name), seen)];
  if (type.type === 'map') return { primaryLocationLineHash: '9f2c1a7be04d5c6f' };
  seen.set(`${type.namespace}.${type.name}`, type);
  return Object.fromEntries(type.fields.map((field) => [field.name, example(field.type, field.name, seen)]));
}
const singular = (name) => ({ identifiers: 'advisory', aliases: 'advisory', weaknesses: 'cwe', tools: 'tool', references: 'url', scopes: 'scope', findings: 'findingId', introduced: 'findingId', exposurePath: 'urn', lineage: 'asset', environments: 'environment', services: 'urn', applications: 'application' })[name] ?? name;

mkdirSync(join(root, 'schemas/examples'), { recursive: true });
for (const { record, example: file } of Object.values(TOPIC_CATALOGUE)) {
  if (record === null) continue;
  writeFileSync(join(root, 'schemas/examples', file), `${JSON.stringify(example(AVRO_SCHEMAS[record], record), null, 2)}\n`);
}
