import { kindOf } from '@throughline/domain';
import type { NodeKind, Urn } from '@throughline/domain';
import type { Asset } from '../domain/assets.js';
import type { Link } from '../domain/links.js';
import { nameOf } from '../domain/structure.js';
import { shownAttributes } from '../domain/trace.js';
import type { RestrictedTrace } from '../domain/restrict.js';
import { shareOf } from '../persistence/gap-shares.repository.js';
import type { GapCounts } from '../persistence/gap-shares.repository.js';

const ORPHAN_AFTER_MS = 24 * 3_600_000;

const time = (ms: number): string => new Date(ms).toISOString();

export function presentAsset(node: Urn, asset: Asset | undefined, now: Date, stale = false): Record<string, unknown> {
  const resolved = asset?.resolved ?? false;
  return {
    urn: node, kind: kindOf(node), name: nameOf(node, asset?.attributes ?? {}),
    attributes: {
      ...shownAttributes(asset?.attributes ?? {}),
      ...(resolved ? {} : { resolved: false, orphan: asset !== undefined && now.getTime() - asset.firstSeen > ORPHAN_AFTER_MS }),
      ...(stale ? { stale: true } : {}),
      ...(asset?.retiredAt ? { retiredAt: time(asset.retiredAt) } : {}),
    },
  };
}

const presentRestricted = (node: Urn, kind: NodeKind | undefined): Record<string, unknown> | undefined =>
  kind && { urn: node, kind, name: 'restricted', restricted: true, attributes: { restricted: true } };

export const presentLink = (link: Link): Record<string, unknown> => ({
  from: link.from, to: link.to, kind: link.kind, method: link.method, verified: link.verified, confidence: link.confidence, evidence: link.evidence,
  validFrom: time(link.validFrom), validTo: link.validTo === null ? null : time(link.validTo),
});

/** The contract's shape; `services`, `partial`, `direction`, `at` and a gap's `asset` and `share` come on top of it. */
export function presentTrace(trace: RestrictedTrace, request: { from: string; direction: string; at: string | undefined; stale?: ReadonlySet<Urn>; counts?: GapCounts }, now: Date): Record<string, unknown> {
  return {
    from: request.from, direction: request.direction, at: request.at ?? now.toISOString(),
    nodes: trace.nodes.map((node) => presentRestricted(node, trace.restricted.get(node)) ?? presentAsset(node, trace.facts.get(node), now, request.stale?.has(node))),
    links: trace.links.map(presentLink),
    paths: trace.paths,
    gaps: trace.gaps.map(({ hop, reason, remedy, at }) => ({ hop, reason, remedy, asset: at, ...(request.counts ? { share: shareOf(request.counts, hop, at) } : {}) })),
    exposure: trace.exposure, owner: trace.owner, services: trace.services, partial: trace.partial,
  };
}
