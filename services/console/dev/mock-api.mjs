import { changesOf, observationsOf } from './mock-identity.mjs';
import { assets, connectors, deadLetters, durable, explanationOf, findingAt, findingById, funnel, historyOf, scans, SIZE, tickets, tokens } from './mock-data.mjs';
import { attestations, blastRadius, coverage, exposed, exposureHistory, missing, provenance, search } from './mock-chain.mjs';
import { traceFrom } from './mock-trace.mjs';

const problem = (status, code, detail) => [status, { type: 'about:blank', status, code, detail, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }];
const page = (items, next = null) => [200, { items, next }];

export function answer(world, url, method = 'GET') {
  if (!(world in SIZE)) return problem(401, 'unauthenticated', 'This token is not known.');
  const path = decodeURIComponent(url.pathname.slice('/v1'.length));
  const query = url.searchParams;
  const [, kind, id, part] = path.split('/');
  if (kind === 'findings') return id ? oneFinding(world, id, part, method) : listFindings(world, query);
  switch (kind) {
    case 'trace': if (id) return chainPart(world, id, part, query);
      return [200, traceFrom(world, query.get('from') ?? '', query.get('direction') ?? 'forward', query.get('at'))];
    case 'metrics': return [200, funnel(world)];
    case 'scans': return part === 'changes' ? [200, changesOf(world, id, query.get('kind'))] : id ? found(scans(world).find((one) => one.id === id)) : page(scans(world));
    case 'connectors': return id ? found(connectors(world).find((one) => one.id === id)) : page(connectors(world));
    case 'policies': return [200, provenance(world)];
    case 'dead-letters': return page(deadLetters(world));
    case 'assets': if (id === 'attestations') return page(attestations(world));
      if (query.get('q')) return page(search(world, query));
      return page(assets(world, query.get('kind')));
    case 'tokens': return page(tokens(world));
    case 'tickets': return id ? found(tickets(world).find((one) => one.id === id)) : page(tickets(world));
    case 'fixes': return id === 'fix-0' || id?.startsWith('fix-') ? [200, { id, kind: 'upgrade', title: 'Upgrade lodash to 4.17.21 in acme/pay', detail: 'npm install lodash@4.17.21', findings: ['a', 'b', 'c'], ticket: null }] : problem(404, 'not_found', 'No such fix.');
    case 'issues': return [200, { id, title: 'x', findings: [] }];
    case 'applications': case 'services': case 'teams': case 'environments': case 'ownership-rules': return page(durable(world, kind));
    default: return problem(404, 'not_found', `Nothing is served under ${path}.`);
  }
}

function chainPart(world, id, part, query) {
  switch (id) {
    case 'coverage': return part ? page(missing(world, part)) : [200, { hops: coverage(world) }];
    case 'exposed': return page(exposed(world).filter((one) => !query.get('exposure') || one.exposure === query.get('exposure')));
    case 'blast-radius': return [200, blastRadius(world)];
    case 'exposure-history': return [200, exposureHistory(world)];
    default: return problem(404, 'not_found', 'No such part.');
  }
}

const found = (one) => (one ? [200, one] : problem(404, 'not_found', 'No such thing.'));

function oneFinding(world, id, part, method) {
  const finding = findingById(world, id);
  if (!finding) return problem(404, 'finding_not_found', 'No finding has this id.');
  switch (part) {
    case undefined: return [200, finding];
    case 'explanation': return [200, explanationOf(finding)];
    case 'history': return page(historyOf(finding));
    case 'observations': return [200, observationsOf(finding)];
    case 'split': return method === 'POST' ? [200, { id, created: findingAt(world, 1).id }] : problem(405, 'method_not_allowed', 'POST it.');
    case 'merge': return method === 'POST' ? [200, { id, merged: [] }] : problem(405, 'method_not_allowed', 'POST it.');
    case 'verify': return finding.status === 'open' ? [202, { id }] : problem(409, 'verification_pending', 'A rescan was asked for already.');
    default: return problem(404, 'not_found', 'No such part.');
  }
}

function listFindings(world, query) {
  const limit = Number(query.get('limit') ?? 50);
  const start = Number(query.get('cursor') || 0);
  const items = [];
  let index = start;
  for (; index < SIZE[world] && items.length < limit && index < start + 20_000; index += 1) {
    const finding = findingAt(world, index);
    if (matches(finding, query)) items.push(finding);
  }
  return page(items, index < SIZE[world] ? String(index) : null);
}

const ONE = ['class', 'severity', 'band', 'application', 'service', 'repository', 'team', 'deployed', 'exposed', 'reachable', ];

function matches(finding, query) {
  for (const name of ONE) if (query.get(name) && !query.get(name).split(',').includes(finding[name] ?? '')) return false;
  if (query.get('decision') && !query.get('decision').split(',').includes(finding.decision ?? 'none')) return false;
  const status = query.get('status');
  if (status && !status.split(',').includes(finding.status)) return false;
  if (query.get('identifier') && !finding.identifiers.includes(query.get('identifier'))) return false;
  const q = query.get('q')?.toLowerCase();
  return !q || [finding.title, finding.location?.path, finding.component?.purl, finding.repository, ...finding.identifiers].some((text) => text?.toLowerCase().includes(q));
}
