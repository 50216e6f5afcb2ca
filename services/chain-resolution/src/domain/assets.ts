import { kindOf, parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { canonicalJson } from './canonical.js';
import type { Json } from './claims.js';

/** What one source says of one node. `endedAt` is set when a complete inventory no longer held it. */
export interface AssetClaim {
  readonly urn: Urn;
  readonly source: string;
  readonly scope: string;
  readonly attributes: Json;
  readonly observedAt: number;
  readonly endedAt: number | null;
}

/** A node as we believe it. `resolved` false: an image of which nothing says where it was built. `retiredAt`: every source saw it go. */
export interface Asset {
  readonly urn: Urn;
  readonly attributes: Json;
  readonly resolved: boolean;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly retiredAt: number | null;
}

const MAX_FUTURE_MS = 5 * 60_000;

/** Commutative merge of two claims of one source about one node: the later observation is the whole truth of it. */
export function mergeAssetClaims(a: AssetClaim, b: AssetClaim): AssetClaim {
  if (a.observedAt !== b.observedAt) {
    const [newer, older] = a.observedAt > b.observedAt ? [a, b] : [b, a];
    // an inventory that ended it stands unless the node was seen again after that
    const endedAt = newer.endedAt ?? (older.endedAt !== null && older.endedAt > newer.observedAt ? older.endedAt : null);
    return { ...newer, endedAt };
  }
  const first = canonicalJson(a.attributes) >= canonicalJson(b.attributes) ? a : b;
  return { ...first, endedAt: maxTime(a.endedAt, b.endedAt) };
}

/** What lives as long as its runtime says so. */
const RUNTIME_KINDS: ReadonlySet<string> = new Set(['service', 'task', 'task-definition', 'target-group', 'load-balancer', 'listener', 'listener-rule', 'cluster', 'cloud-resource']);

/**
 * Claims that a node still exists. A record of an event (a deployment) says that it existed then: of a thing of a runtime
 * it is outlived by a complete inventory that once held it and does not any more.
 */
function alive(claims: readonly AssetClaim[], kind: string): readonly AssetClaim[] {
  const live = claims.filter((claim) => claim.endedAt === null);
  const gone = Math.max(0, ...claims.map((claim) => (claim.scope === '' ? 0 : claim.endedAt ?? 0)));
  return RUNTIME_KINDS.has(kind) ? live.filter((claim) => claim.scope !== '' || claim.observedAt > gone) : live;
}

/** One node from the claims of all sources: per attribute the latest observation wins, ties go by source name. */
export function deriveAsset(claims: readonly AssetClaim[]): Omit<Asset, 'firstSeen'> | undefined {
  const [first] = claims;
  if (!first) return undefined;
  const ordered = [...claims].sort((a, b) => a.observedAt - b.observedAt || (a.source < b.source ? -1 : 1));
  const live = alive(ordered, kindOf(first.urn));
  const merged: Record<string, unknown> = {};
  for (const claim of live.length ? live : ordered) {
    for (const [key, value] of Object.entries(claim.attributes)) {
      merged[key] = key === 'tags' && isRecord(merged[key]) && isRecord(value) ? { ...merged[key], ...value } : value;
    }
  }
  return {
    urn: first.urn, attributes: merged, resolved: true, lastSeen: Math.max(...claims.map((claim) => claim.observedAt)),
    retiredAt: live.length ? null : Math.max(...claims.map((claim) => claim.endedAt ?? 0)),
  };
}

/** Clocks differ: what is observed more than five minutes in the future is taken as now, and flagged. */
export function clampFuture(at: number, receivedAt: number): { at: number; skewed: boolean } {
  return at > receivedAt + MAX_FUTURE_MS ? { at: receivedAt, skewed: true } : { at, skewed: false };
}

/** The nodes that this one names in its attributes: security groups and subnets, whose facts decide about it, and what it was renamed to. */
export function referencesOf(node: Urn, attributes: Json): Urn[] {
  const ingress = Array.isArray(attributes['ingress']) ? attributes['ingress'].filter(isRecord) : [];
  const groups = [...texts(attributes['securityGroups']), ...ingress.flatMap((rule) => texts(rule['securityGroups']))];
  const found = [
    ...groups.map((id) => ec2Urn(node, 'security-group', id)),
    ...texts(attributes['subnets']).map((id) => ec2Urn(node, 'subnet', id)),
    renamedTo(node, attributes),
  ];
  return [...new Set(found.filter((item): item is Urn => item !== undefined && item !== node))];
}

/** A security group or subnet by its bare id, in the partition, region and account of the ARN that names it. */
export function ec2Urn(near: Urn, type: string, id: string): Urn | undefined {
  if (id.startsWith('arn:') || id.startsWith('cloud-resource:')) return parseUrn(id);
  const [, , partition, , region, account] = near.split(':');
  const [, arnWord] = near.split(':');
  if (arnWord !== 'arn' || !partition || !region || !account) return undefined;
  return parseUrn(`cloud-resource:arn:${partition}:ec2:${region}:${account}:${type}/${id}`);
}

/** The name that a node has now, when it was renamed or moved. */
export const renamedTo = (node: Urn, attributes: Json): Urn | undefined => sameKind(node, text(attributes['renamedTo']));

/** Another node of the same kind, by a text that somebody gave. */
export function sameKind(node: Urn, name: string): Urn | undefined {
  const parsed = name === '' ? undefined : parseUrn(name);
  return parsed !== undefined && parsed !== node && kindOf(parsed) === kindOf(node) ? parsed : undefined;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const maxTime = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
