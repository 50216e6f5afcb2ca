import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { claimOf } from './claims.js';
import type { LinkClaim } from './claims.js';

/** The source of what a name says by itself: a commit's URN names its repository, an image's its name. */
export const STRUCTURE_SOURCE = 'throughline:urn';

/** The edges that follow from a URN alone, true since the node was first spoken of. */
export function structuralClaims(node: Urn, since: number): LinkClaim[] {
  const edge = structuralEdge(node);
  if (!edge) return [];
  const claim = claimOf({
    ...edge, method: 'api', evidence: { rule: 'urn' }, confidence: 1, verified: false, validFrom: since, validTo: null, observedAt: 0,
  }, { source: STRUCTURE_SOURCE, scope: '' });
  return claim ? [{ ...claim, affirmedAt: 0 }] : [];
}

const MAX_COPIES = 20;

/** Copies of one image contain each other: content is named by its digest, at any time and in any registry. */
export function sameDigestClaims(copies: readonly Urn[]): LinkClaim[] {
  const some = [...copies].sort().slice(0, MAX_COPIES);
  return some.flatMap((from) => some.filter((to) => to !== from).flatMap((to) => {
    const claim = claimOf({
      from, to, kind: 'contains', method: 'api', evidence: { rule: 'same digest' }, confidence: 1, verified: false, validFrom: 0, validTo: null, observedAt: 0,
    }, { source: STRUCTURE_SOURCE, scope: '' });
    return claim ? [{ ...claim, affirmedAt: 0 }] : [];
  }));
}

/** Only the earliest time counts: what follows from a name is not said again by every fact that uses the name. */
export function mergeStructural(stored: LinkClaim, claim: LinkClaim): LinkClaim {
  const [known, next] = [stored.starts[0] ?? 0, claim.starts[0] ?? 0];
  return next < known ? { ...stored, starts: [next] } : stored;
}

function structuralEdge(node: Urn): { from: Urn; kind: string; to: Urn } | undefined {
  const rest = urnRest(node);
  const parent = (text: string): Urn | undefined => parseUrn(text);
  switch (kindOf(node)) {
    case 'commit': {
      const repository = parent(`repo:${rest.slice(0, rest.lastIndexOf('@'))}`);
      return repository && rest.includes('@') ? { from: repository, kind: 'contains', to: node } : undefined;
    }
    case 'repository': {
      const repository = rest.includes('#') ? parent(`repo:${rest.slice(0, rest.indexOf('#'))}`) : undefined;
      return repository ? { from: repository, kind: 'contains', to: node } : undefined;
    }
    case 'image': {
      const name = rest.includes('@') ? parent(`image-name:${rest.slice(0, rest.indexOf('@'))}`) : undefined;
      return name ? { from: node, kind: 'part-of', to: name } : undefined;
    }
    default: return undefined;
  }
}

/** `sha256:…` of an image's URN; empty for other nodes. */
export function digestOf(node: Urn): string {
  const rest = urnRest(node);
  return kindOf(node) === 'image' && rest.includes('@') ? rest.slice(rest.lastIndexOf('@') + 1) : '';
}

/** What a person calls the node: the last telling part of its URN. */
export function nameOf(node: Urn, attributes: Readonly<Record<string, unknown>>): string {
  const given = attributes['name'];
  if (typeof given === 'string' && given !== '') return given;
  const rest = urnRest(node);
  switch (kindOf(node)) {
    case 'commit': return rest.slice(rest.lastIndexOf('@') + 1).slice(0, 12);
    case 'image': return `${(rest.split('@')[0] ?? '').split('/').at(-1) ?? ''}@${digestOf(node).slice(7, 19)}`;
    case 'repository': return rest.split('/').slice(1).join('/') || rest;
    case 'endpoint': case 'tag': return rest;
    case 'load-balancer': return /loadbalancer\/[^/]+\/([^/]+)/.exec(rest)?.[1] ?? rest;
    case 'target-group': return /targetgroup\/([^/]+)/.exec(rest)?.[1] ?? rest;
    default: return rest.split(/[/:]/).at(-1) || rest;
  }
}
