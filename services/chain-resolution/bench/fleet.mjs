// A large graph, made inside the database: generate_series instead of a wire, indexes built once at the end.
// The fleet, for each repository: 48 commits, builds and images (attested, and labelled), each image deployed to
// production twice and to staging three times, two tasks, a target group and a rule; ten services share a load balancer.
import { createRequire } from 'node:module';

const { default: pg } = await import(createRequire(new URL('../../../libs/persistence/package.json', import.meta.url)).resolve('pg'));

export const VERSIONS = 48;
/** Assets of one repository, its share of a load balancer included; links are 3.1 times as many. */
export const PER_REPOSITORY = 153;
export const START = Date.UTC(2026, 0, 1);

const arn = (service, rest) => `'arn:aws:${service}:eu-central-1:111122223333:${rest}'`;
const URN = {
  repository: `'repo:github.com/acme/r' || r`, commit: `'commit:github.com/acme/r' || r || '@' || lpad(to_hex(r * 1000 + i), 40, '0')`, build: `'build:github.com/acme/r' || r || '/actions/runs/' || r * 1000 + i`,
  image: `'image:registry.example/acme/r' || r || '@sha256:' || lpad(to_hex(r * 1000 + i), 64, '0')`, name: `'image-name:registry.example/acme/r' || r`,
  service: `'service:' || ${arn('ecs', 'service/prod/s')} || r`, staging: `'service:' || ${arn('ecs', 'service/staging/s')} || r`,
  task: `'task:' || ${arn('ecs', 'task/prod/s')} || r || 't' || t`, group: `'target-group:' || ${arn('elasticloadbalancing', 'targetgroup/s')} || r || '/1'`,
  rule: `'listener-rule:' || ${arn('elasticloadbalancing', 'listener-rule/app/web')} || r / 10 || '/1/2/' || r`, listener: `'listener:' || ${arn('elasticloadbalancing', 'listener/app/web')} || r / 10 || '/1/2'`,
  balancer: `'lb:' || ${arn('elasticloadbalancing', 'loadbalancer/app/web')} || r / 10 || '/1'`, endpoint: `'endpoint:web' || r / 10 || '.example.com'`, security: `'cloud-resource:' || ${arn('ec2', 'security-group/sg-1')}`,
};

const REPOSITORIES = (count) => `generate_series(0, ${count - 1}) r`;
const EACH = (count) => `${REPOSITORIES(count)}, generate_series(0, ${VERSIONS - 1}) i`;
const TENTH = (count) => `(select r from ${REPOSITORIES(count)} where r % 10 = 0) shared`;
const RUNNING = { desiredCount: 2, runningCount: 2, assignPublicIp: false, loadBalancers: ['x'] };

const nodes = (count) => [
  [URN.repository, 'repository', `jsonb_build_object('codeowners', jsonb_build_object('path', 'CODEOWNERS', 'text', '* @acme/team' || r % 40))`, REPOSITORIES(count)],
  [URN.commit, 'commit', `'{}'`, EACH(count)], [URN.build, 'build', `'{}'`, EACH(count)], [URN.image, 'image', `'{}'`, EACH(count)], [URN.name, 'image-name', `'{}'`, REPOSITORIES(count)],
  [URN.service, 'service', `'${JSON.stringify(RUNNING)}'`, REPOSITORIES(count)], [URN.staging, 'service', `'${JSON.stringify(RUNNING)}'`, REPOSITORIES(count)],
  [URN.task, 'task', `'{}'`, `${REPOSITORIES(count)}, generate_series(0, 1) t`], [URN.group, 'target-group', `'{"targets": [{"id": "10.0.0.1"}]}'`, REPOSITORIES(count)],
  [URN.rule, 'listener-rule', `'{"actionType": "forward"}'`, REPOSITORIES(count)], [URN.listener, 'listener', `'{"port": 443}'`, TENTH(count)],
  [URN.balancer, 'load-balancer', `'{"scheme": "internet-facing", "type": "application", "securityGroups": ["sg-1"]}'`, TENTH(count)], [URN.endpoint, 'endpoint', `'{}'`, TENTH(count)],
  [URN.security, 'cloud-resource', `'{"ingress": [{"protocol": "-1", "cidrs": ["0.0.0.0/0"]}]}'`, '(select 1) one'],
];

const last = `case when i = ${VERSIONS - 1} then null else i + 1 end`;
const links = (count) => [
  [URN.repository, 'contains', URN.commit, 'api', 'i', 'null::int', EACH(count)], [URN.commit, 'built-by', URN.build, 'api', 'i', 'null::int', EACH(count)],
  [URN.build, 'produced', URN.image, 'attestation', 'i', 'null::int', EACH(count)], [URN.commit, 'produced', URN.image, 'oci-label', 'i', 'null::int', EACH(count)],
  [URN.image, 'part-of', URN.name, 'api', 'i', 'null::int', EACH(count)],
  [URN.image, 'runs-as', URN.service, 'deployment-record', 'i', last, EACH(count)], [URN.image, 'runs-as', URN.staging, 'deployment-record', 'i', last, EACH(count)],
  // deployed before, and rolled back from
  [URN.image, 'runs-as', URN.staging, 'deployment-record', 'i - 200', 'i - 199', EACH(count)],
  [URN.image, 'runs-as', URN.service, 'deployment-record', 'i - 100', 'i - 99', EACH(count)], [URN.image, 'runs-as', URN.staging, 'deployment-record', 'i - 100', 'i - 99', EACH(count)],
  [URN.image, 'runs-as', URN.task, 'api', `${VERSIONS - 1}`, 'null::int', `${REPOSITORIES(count)}, generate_series(${VERSIONS - 1}, ${VERSIONS - 1}) i, generate_series(0, 1) t`],
  [URN.task, 'part-of', URN.service, 'api', `${VERSIONS - 1}`, 'null::int', `${REPOSITORIES(count)}, generate_series(0, 1) t`],
  [URN.service, 'routes-to', URN.group, 'api', '0', 'null::int', REPOSITORIES(count)], [URN.group, 'routes-to', URN.rule, 'api', '0', 'null::int', REPOSITORIES(count)],
  [URN.rule, 'part-of', URN.listener, 'api', '0', 'null::int', REPOSITORIES(count)], [URN.listener, 'listens-on', URN.balancer, 'api', '0', 'null::int', TENTH(count)],
  [URN.balancer, 'resolves-to', URN.endpoint, 'api', '0', 'null::int', TENTH(count)],
];

const FILLED = ['assets', 'asset_versions', 'links', 'hop_states'];

/** Fills the tables of one tenant; returns how many assets and links there are. */
export async function fill(url, tenant, repositories, tell) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set search_path = chain_resolution; set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB'`);
  const { rows: indexes } = await client.query(
    `select indexname, indexdef from pg_indexes where schemaname = 'chain_resolution' and tablename = any($1) and indexname not like '%_pkey'`, [FILLED]);
  for (const { indexname } of indexes) await client.query(`drop index ${indexname}`);
  const begun = `timestamptz 'epoch' + ${START / 1000} * interval '1 second'`;
  for (const [urn, kind, attributes, from] of nodes(repositories)) {
    await client.query(`with made as (insert into assets (tenant_id, urn, kind, name, digest, attributes, resolved, first_seen, last_seen)
      select '${tenant}', u, '${kind}', split_part(u, '/', -1), case when '${kind}' = 'image' then split_part(u, '@', 2) else '' end, ${attributes}::jsonb, true, ${begun}, ${begun}
      from (select ${urn} as u, * from ${from}) n returning urn, attributes)
      insert into asset_versions (tenant_id, urn, valid_from, attributes, retired, recorded_at) select '${tenant}', urn, ${begun}, attributes, false, ${begun} from made`);
  }
  tell('assets are there');
  for (const [from, kind, to, method, begins, ends, source] of links(repositories)) {
    await client.query(`insert into links (tenant_id, link_id, group_id, from_urn, kind, to_urn, method, verified, confidence, evidence, valid_from, valid_to, recorded_from)
      select '${tenant}', gen_random_uuid(), md5(a || b)::uuid, a, '${kind}', b, '${method}', ${method === 'attestation'}, 0.98, '{"source": "bench"}', ${begun} + begins * interval '1 hour', ${begun} + ends * interval '1 hour', ${begun}
      from (select ${from} as a, ${to} as b, ${begins} as begins, ${ends} as ends from ${source}) e`);
  }
  tell('links are there');
  await client.query(`insert into hop_states (tenant_id, hop, asset, method, verified, reason)
    select '${tenant}'::uuid, hop, urn, case when random() < 0.9 then 'attestation' else '' end, true, '' from assets, unnest(array['repository-of-image', 'build', 'commit']) hop where kind = 'image'
    union all select '${tenant}'::uuid, hop, urn, 'api', false, '' from assets, unnest(array['runtime', 'exposure', 'environment', 'application']) hop where kind = 'service'
    union all select '${tenant}'::uuid, 'owner', urn, 'codeowners', false, '' from assets where kind in ('repository', 'image-name', 'service', 'endpoint')`);
  for (const { indexdef } of indexes) await client.query(indexdef);
  for (const table of FILLED) await client.query(`vacuum (analyze) ${table}`);
  await client.query('checkpoint');
  const { rows: [counts] } = await client.query('select (select count(*)::int from assets) as assets, (select count(*)::int from links) as links, (select count(*)::int from hop_states) as hops');
  await client.end();
  return counts;
}
