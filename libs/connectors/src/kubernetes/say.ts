import { assetFact, linkFact, slugOf, type Fact } from '@throughline/connectors/api';
import { kindOf, parseUrn, type LinkKind, type LinkMethod } from '@throughline/domain';
import type { KubeObject } from './objects.js';

export interface LinkSaid { readonly method?: LinkMethod; readonly evidence?: Readonly<Record<string, unknown>>; readonly since?: string }

/** Facts of one look at a cluster. Names that make no URN say nothing. */
export interface Say {
  readonly cluster: string;
  node(node: string, attributes: Readonly<Record<string, unknown>>): readonly Fact[];
  edge(from: string, kind: LinkKind, to: string, said?: LinkSaid): readonly Fact[];
}

export function saying(cluster: string, now: Date): Say {
  const observedAt = now.toISOString();
  return {
    cluster,
    node: (node, attributes) => {
      const urn = parseUrn(node);
      return urn === undefined ? [] : [assetFact(`asset|${urn}`, { urn, kind: kindOf(urn), attributes: known(attributes), observedAt })];
    },
    edge: (from, kind, to, { method = 'api', evidence = {}, since } = {}) => {
      const [start, end] = [parseUrn(from), parseUrn(to)];
      if (start === undefined || end === undefined || start === end) return [];
      const began = since === undefined ? Number.NaN : Date.parse(since);
      const validFrom = Number.isNaN(began) || began > now.getTime() ? observedAt : new Date(began).toISOString();
      return [linkFact(`link|${start}|${kind}|${end}|${method}`, { from: start, to: end, kind, method, evidence: known(evidence), validFrom, observedAt })];
    },
  };
}

const known = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ''));

/** Names of what Kubernetes has no ARN for: cluster, namespace, kind of object, name. */
export const inside = (cluster: string, { namespace, name }: Pick<KubeObject, 'namespace' | 'name'>, kind: string, ...rest: readonly (string | number)[]): string =>
  ['k8s', cluster, namespace, kind, name, ...rest.map(String)].map((part) => part.replace(/\s/g, '%20')).join('/');

export const serviceUrn = (cluster: string, namespace: string, name: string): string => `service:${cluster}/${namespace}/${name}`;

/** Labels that name team, application and environment, the first that is there; a configuration may name others. */
export interface LabelNames { readonly team: readonly string[]; readonly application: readonly string[]; readonly environment: readonly string[] }

export const LABEL_NAMES: LabelNames = {
  team: ['team', 'owner', 'app.kubernetes.io/team', 'backstage.io/owner'],
  application: ['app.kubernetes.io/part-of', 'application'],
  environment: ['environment', 'env', 'app.kubernetes.io/environment', 'tags.datadoghq.com/env'],
};

export interface Tags { readonly team?: string; readonly application?: string; readonly environment?: string }

/** What the labels and annotations of the nearest object say, then of those around it. */
export function tagsOf(names: LabelNames, ...objects: readonly (Pick<KubeObject, 'labels' | 'annotations'> | undefined)[]): Tags {
  const find = (wanted: readonly string[]): string => {
    const found = objects.flatMap((object) => wanted.map((name) => object?.labels[name] ?? object?.annotations[name] ?? '')).find((value) => value !== '');
    return slugOf(found?.replace(/^group:(default\/)?/, '') ?? '');
  };
  const [team, application, environment] = [find(names.team), find(names.application), find(names.environment)];
  return { ...(team && { team }), ...(application && { application }), ...(environment && { environment }) };
}
