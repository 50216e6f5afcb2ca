import type { Urn } from './ids.js';
import type { NodeKind } from './words.js';

/**
 * URNs of assets (CONTRACT.md): `repo:github.com/acme/pay`, `image:<registry>/<name>@sha256:…`, `service:<arn>` …
 * They are stored normalized, so that equality of text is equality of assets: hosts and registry paths are lower case
 * (both are case-insensitive by their specifications), commit ids and digests are lower-case hex, the rest is kept.
 */
const PREFIX: Readonly<Record<string, NodeKind>> = {
  repo: 'repository', commit: 'commit', pr: 'pull-request', build: 'build', 'image-name': 'image-name', image: 'image', tag: 'tag',
  'task-definition': 'task-definition', service: 'service', task: 'task', 'target-group': 'target-group', lb: 'load-balancer',
  listener: 'listener', 'listener-rule': 'listener-rule', endpoint: 'endpoint', 'cloud-resource': 'cloud-resource', cluster: 'cluster',
  account: 'account', team: 'team', application: 'application', environment: 'environment',
};

const LOWER_WHOLE = new Set(['image-name', 'image', 'account', 'team', 'application', 'environment']);

/** Kinds of AWS resources by the service and resource part of their ARN. */
const ARN_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^ecs:.*:task-definition\//, 'task-definition'],
  [/^ecs:.*:service\//, 'service'],
  [/^ecs:.*:task\//, 'task'],
  [/^ecs:.*:cluster\//, 'cluster'],
  [/^elasticloadbalancing:.*:targetgroup\//, 'target-group'],
  [/^elasticloadbalancing:.*:listener-rule\//, 'listener-rule'],
  [/^elasticloadbalancing:.*:listener\//, 'listener'],
  [/^elasticloadbalancing:.*:loadbalancer\//, 'lb'],
];

/** Normalizes a URN or a bare ARN; undefined when it is neither. */
export function parseUrn(text: string): Urn | undefined {
  const value = text.trim();
  if (value.length > 1024 || /[\s\u0000-\u001f]/.test(value)) return undefined;
  if (value.startsWith('arn:')) return `${arnPrefix(value)}:${value}` as Urn;
  const colon = value.indexOf(':');
  const prefix = value.slice(0, colon);
  if (colon < 1 || !Object.hasOwn(PREFIX, prefix) || colon === value.length - 1) return undefined;
  return `${prefix}:${normalizeRest(prefix, value.slice(colon + 1))}` as Urn;
}

/** Like parseUrn, for text that our own code built; throws TypeError on nonsense. */
export function urn(text: string): Urn {
  const parsed = parseUrn(text);
  if (parsed === undefined) throw new TypeError(`not a URN: ${text.slice(0, 200)}`);
  return parsed;
}

export function kindOf(value: Urn): NodeKind {
  return PREFIX[value.slice(0, value.indexOf(':'))] as NodeKind;
}

/** What follows the prefix. */
export function urnRest(value: Urn): string {
  return value.slice(value.indexOf(':') + 1);
}

function arnPrefix(arn: string): string {
  const rest = arn.split(':').slice(2).join(':');
  return ARN_KINDS.find(([pattern]) => pattern.test(rest))?.[1] ?? 'cloud-resource';
}

function normalizeRest(prefix: string, rest: string): string {
  if (LOWER_WHOLE.has(prefix)) return rest.toLowerCase();
  switch (prefix) {
    case 'repo': {
      const [path = '', ...sub] = rest.split('#');
      const name = path.replace(/^https?:\/\//, '').replace(/\.git$/, '').replace(/\/+$/, '').toLowerCase();
      const subPath = sub.join('#').replace(/^\/+|\/+$/g, '');
      return subPath ? `${name}#${subPath}` : name;
    }
    case 'commit': return rest.toLowerCase();
    case 'pr': case 'build': case 'endpoint': {
      const slash = rest.indexOf('/');
      return slash < 0 ? rest.toLowerCase() : rest.slice(0, slash).toLowerCase() + rest.slice(slash);
    }
    case 'tag': {
      const tagAt = rest.lastIndexOf(':');
      return tagAt < 0 ? rest : rest.slice(0, tagAt).toLowerCase() + rest.slice(tagAt);
    }
    default: return rest;
  }
}

export const repositoryUrn = (repository: string, path = ''): Urn => urn(`repo:${repository}${path ? `#${path}` : ''}`);
export const commitUrn = (repository: string, sha: string): Urn => urn(`commit:${repository}@${sha}`);

/** Image reference split into registry/name, tag and digest; the registry defaults to docker.io as in the OCI tools. */
export interface ImageReference { readonly name: string; readonly tag: string; readonly digest: string }

export function parseImageReference(reference: string): ImageReference | undefined {
  const text = reference.trim().replace(/^https?:\/\//, '');
  if (!text || /\s/.test(text)) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1).toLowerCase();
  if (digest && !/^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const bare = (hasTag ? named.slice(0, colon) : named).toLowerCase();
  const tag = hasTag ? named.slice(colon + 1) : '';
  const first = bare.split('/')[0] ?? '';
  const hasRegistry = bare.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
  const name = hasRegistry ? bare : `docker.io/${bare.includes('/') ? bare : `library/${bare}`}`;
  return { name, tag, digest };
}
