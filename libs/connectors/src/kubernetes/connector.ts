import { type Cursor, type Fact, type PullConnector, type PullGap, type PullPage } from '@throughline/connectors/api';
import { KubernetesClient, Throttled } from './client.js';
import type { KubernetesConfig } from './config.js';
import { clusterFacts, forbidden, namespaceFacts, type KubernetesOptions } from './map.js';
import type { KubeObject } from './objects.js';
import { CLUSTER_RESOURCES, GATEWAYS, NAMESPACE_RESOURCES, NAMESPACES, SERVICES, type Resource } from './resources.js';
import { LABEL_NAMES } from './say.js';
import { viewOf, type ClusterView } from './view.js';

const EVERY_SECONDS = 300;
/** A page holds whole namespaces, as many as make about so many facts: a small cluster comes in one page. */
const FACTS_A_PAGE = 2000;
const SCOPE = 'cluster';

interface Stand { readonly view: ClusterView; readonly namespaces: readonly string[]; readonly next: number; readonly complete: boolean }

interface Looked { readonly objects: readonly KubeObject[]; readonly gaps: readonly PullGap[]; readonly unread: readonly string[] }
const NOTHING: Looked = { objects: [], gaps: [], unread: [] };

/**
 * A cluster from its API server: first what concerns all of it, then namespace by namespace. All pages are one inventory,
 * so that what was in a namespace that is gone ends too; a kind that may not be listed makes it incomplete, and what it
 * held is stale then.
 */
export const kubernetesConnector: PullConnector<KubernetesConfig> = {
  kind: 'kubernetes', everySeconds: EVERY_SECONDS,
  async pull(config, cursor, context) {
    const source = `kubernetes:${config.cluster}`;
    const client = new KubernetesClient(config, context);
    const now = context.clock.now();
    try {
      const { stand, gaps } = standOf(cursor) ?? await begin(client, config);
      const page = await pageOf(client, stand, { cluster: config.cluster, now, labels: { ...LABEL_NAMES, ...config.labels } });
      return { source, ...page, gaps: [...gaps, ...page.gaps] };
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      return { source, facts: [], cursor, more: true, gaps: [], waitUntil: new Date(now.getTime() + error.seconds * 1000) };
    }
  },
};

interface Begun { readonly stand: Stand; readonly gaps: readonly PullGap[] }

/** The cursor is our own, one page old. */
function standOf(cursor: Cursor): Begun | undefined {
  return cursor === null || !Array.isArray(cursor['namespaces']) ? undefined : { stand: cursor as unknown as Stand, gaps: [] };
}

async function begin(client: KubernetesClient, config: KubernetesConfig): Promise<Begun> {
  const listed = config.namespaces === undefined ? await look(client, [NAMESPACES], '') : NOTHING;
  const cluster = await look(client, CLUSTER_RESOURCES, '');
  const fronts = await Promise.all((config.namespaces ?? ['']).map((place) => look(client, [SERVICES, GATEWAYS], place)));
  const { objects, gaps, unread } = joined([listed, cluster, ...fronts]);
  const namespaces = config.namespaces ?? listed.objects.map(({ name }) => name).sort();
  // Without the list of namespaces there is nothing to read, and nothing may be said to be gone.
  const complete = namespaces.length > 0 && !unread.includes('Service');
  return { stand: { view: viewOf(objects, unread), namespaces, next: 0, complete }, gaps };
}

async function pageOf(client: KubernetesClient, stand: Stand, options: KubernetesOptions): Promise<Omit<PullPage, 'source'>> {
  const facts: Fact[] = stand.next === 0 ? [...clusterFacts(options)] : [];
  const gaps: PullGap[] = [];
  let { next, complete } = stand;
  for (; next < stand.namespaces.length && facts.length < FACTS_A_PAGE; next += 1) {
    const namespace = stand.namespaces[next] ?? '';
    const looked = await look(client, [...NAMESPACE_RESOURCES, GATEWAYS], namespace);
    facts.push(...namespaceFacts(looked.objects, namespace, stand.view, { ...options, unread: looked.unread }));
    gaps.push(...looked.gaps);
    complete &&= looked.unread.length === 0;
  }
  const more = next < stand.namespaces.length;
  return { facts, gaps, more, cursor: more ? { ...stand, next, complete } : null, snapshot: { scope: SCOPE, complete, last: !more } };
}

/** Lists of several kinds. A kind that is refused is a gap; a custom resource that the cluster does not have is none. */
async function look(client: KubernetesClient, resources: readonly Resource[], namespace: string): Promise<Looked> {
  const found: Looked[] = [];
  // One after the other: the API server's fairness counts requests in flight, and the nodes of a cluster come first.
  for (const resource of resources) {
    const listed = await client.list(resource, resource.namespaced ? namespace : '');
    if ('items' in listed) found.push({ objects: listed.items, gaps: [], unread: [] });
    else if (listed.refused === 'forbidden') found.push({ objects: [], gaps: [forbidden(resource, namespace)], unread: [resource.kind] });
    else if (!resource.custom) found.push({ objects: [], gaps: [{ ...forbidden(resource, namespace), code: 'unsupported', remedy: `this cluster does not serve ${resource.group}/${resource.version}; it is too old to be read` }], unread: [resource.kind] });
  }
  return joined(found);
}

const joined = (looked: readonly Looked[]): Looked => ({ objects: looked.flatMap(({ objects }) => objects), gaps: looked.flatMap(({ gaps }) => gaps), unread: [...new Set(looked.flatMap(({ unread }) => unread))] });
