import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { isVisible } from '../domain/restrict.js';
import type { Visibility } from '../domain/restrict.js';
import { loadContexts } from '../persistence/judgement.repository.js';

/** Those of some nodes that belong to teams outside the reader's sight, by the owners of the lasting asset that they are of. */
export async function hiddenAmong(unit: Unit, tenant: TenantId, visible: Visibility, nodes: readonly Urn[]): Promise<ReadonlySet<Urn>> {
  if (visible === null || nodes.length === 0) return new Set();
  const lasting = new Map(nodes.map((node) => [node, lastingOf(node)]));
  const contexts = await loadContexts(unit, tenant, [...new Set(lasting.values())]);
  return new Set(nodes.filter((node) => {
    if (kindOf(node) === 'team') return !visible.has(urnRest(node));
    const owners = contexts.get(lasting.get(node) ?? node)?.body.owners ?? [];
    return !isVisible([...new Set(owners.map((owner) => owner.team))].filter((team) => team !== ''), visible);
  }));
}

/** The lasting asset that a version or a run is of. */
function lastingOf(node: Urn): Urn {
  const rest = urnRest(node);
  switch (kindOf(node)) {
    case 'image': return parseUrn(`image-name:${rest.split('@')[0] ?? ''}`) ?? node;
    case 'tag': return parseUrn(`image-name:${rest.slice(0, rest.lastIndexOf(':'))}`) ?? node;
    case 'commit': return parseUrn(`repo:${rest.split('@')[0] ?? ''}`) ?? node;
    case 'build': return parseUrn(`repo:${rest.split('/actions/runs/')[0] ?? ''}`) ?? node;
    case 'pull-request': return parseUrn(`repo:${rest.split('/pull/')[0] ?? ''}`) ?? node;
    default: return node;
  }
}
