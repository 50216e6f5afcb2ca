import { objectOf, textOf, type JsonObject } from '@throughline/connectors/api';

/** What is kept of an object of the API server. Secrets, environment and managed fields are dropped where it is read. */
export interface KubeObject {
  readonly kind: string;
  /** Empty for what belongs to the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339, empty when absent. */
  readonly createdAt: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly controller: { readonly kind: string; readonly name: string } | undefined;
  readonly deleting: boolean;
  readonly spec: JsonObject;
  readonly status: JsonObject;
}

export type Labels = Readonly<Record<string, string>>;

export const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);
export const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : []);
export const labelsOf = (value: unknown): Labels => Object.fromEntries(Object.entries(objectOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));

/** Objects in the answer of the API server or of `kubectl get -o json`: a list of one kind, a `List` of several, or one object. */
export function readObjects(value: unknown): KubeObject[] {
  const given = objectOf(value);
  const kind = textOf(given['kind']);
  if (!Array.isArray(given['items'])) return readObject(given, kind) ?? [];
  // Items of a typed list do not repeat their kind.
  const itemKind = kind === 'List' ? '' : kind.replace(/List$/, '');
  return listOf(given['items']).flatMap((item) => readObject(item, itemKind) ?? []);
}

function readObject(given: JsonObject, fallback: string): KubeObject[] | undefined {
  const metadata = objectOf(given['metadata']);
  const kind = textOf(given['kind']) || fallback;
  const name = textOf(metadata['name']);
  if (kind === '' || name === '') return undefined;
  const owner = listOf(metadata['ownerReferences']).find((reference) => reference['controller'] === true);
  return [{
    kind, name, namespace: textOf(metadata['namespace']), createdAt: textOf(metadata['creationTimestamp']), labels: labelsOf(metadata['labels']), annotations: labelsOf(metadata['annotations']),
    controller: owner && { kind: textOf(owner['kind']), name: textOf(owner['name']) }, deleting: metadata['deletionTimestamp'] !== undefined,
    spec: kind === 'Pod' ? podSpec(objectOf(given['spec'])) : objectOf(given['spec']), status: objectOf(given['status']),
  }];
}

/** Pods are many: only what is read of them stays. */
function podSpec(spec: JsonObject): JsonObject {
  const container = ({ name, image, ports, restartPolicy }: JsonObject): JsonObject => ({ name, image, ports, restartPolicy });
  return { containers: listOf(spec['containers']).map(container), initContainers: listOf(spec['initContainers']).map(container), hostNetwork: spec['hostNetwork'] };
}

/** A label selector (`matchLabels`, `matchExpressions`); an empty one selects everything. */
export function selects(selector: JsonObject, labels: Labels): boolean {
  const equal = Object.entries(labelsOf(selector['matchLabels'])).every(([key, value]) => labels[key] === value);
  return equal && listOf(selector['matchExpressions']).every((expression) => {
    const value = labels[textOf(expression['key'])];
    const values = textsOf(expression['values']);
    switch (expression['operator']) {
      case 'In': return value !== undefined && values.includes(value);
      case 'NotIn': return value === undefined || !values.includes(value);
      case 'Exists': return value !== undefined;
      case 'DoesNotExist': return value === undefined;
      default: return false;
    }
  });
}

/** A Service's selector: plain pairs, and an empty one selects nothing. */
export const servicePicks = (selector: Labels, labels: Labels): boolean => Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

const place = ({ kind, namespace, name }: KubeObject): string => `${kind}/${namespace}/${name}`;
/** In one order, whatever the order in which they were listed. */
export const inOrder = (objects: readonly KubeObject[]): readonly KubeObject[] => [...objects].sort((a, b) => (place(a) < place(b) ? -1 : 1));
