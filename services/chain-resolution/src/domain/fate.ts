import type { Urn } from '@throughline/domain';
import { renamedTo, sameKind, texts } from './assets.js';
import type { Asset } from './assets.js';
import type { Json } from './claims.js';

const MAX_FORMER = 20;

/**
 * Names that an asset had, newest first: what renamed nodes say of themselves (`renamedTo`, followed back), then what
 * the asset says of itself (`formerly`, a URN or a list).
 */
export function formerNames(asset: Urn, attributes: Json, renamed: readonly Urn[]): Urn[] {
  const own = attributes['formerly'];
  const said = (typeof own === 'string' ? [own] : texts(own)).flatMap((name) => sameKind(asset, name) ?? []);
  return [...new Set([...renamed, ...said])].filter((name) => name !== asset).slice(0, MAX_FORMER);
}

/**
 * Since when an asset is no more: archived or deleted, as its source says, or gone from every complete inventory that
 * held it. What was renamed is not gone, and a source that cannot see everything ends nothing (`retiredAt`). The time
 * that was told first stays while it lasts: a later look at the same end is no other end.
 */
export function decommissionedAt(node: Asset | undefined, told: string): string {
  if (node === undefined || renamedTo(node.urn, node.attributes) !== undefined) return '';
  const ended = node.retiredAt !== null || node.attributes['archived'] === true || node.attributes['deleted'] === true;
  return ended ? told || new Date(node.retiredAt ?? node.lastSeen).toISOString() : '';
}
