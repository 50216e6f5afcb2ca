import { parseUrn } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { texts, text } from './assets.js';
import type { AssetClaim } from './assets.js';
import { claimOf } from './claims.js';
import type { Json, LinkClaim } from './claims.js';

/** The durable model, as people define it. What it says enters the graph as facts of method `manual`. */
export const DEFINITION_KINDS = ['applications', 'services', 'teams', 'environments', 'ownership-rules'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

export interface Definition {
  readonly kind: DefinitionKind;
  readonly slug: string;
  readonly body: Json;
}

export const definitionSource = (kind: DefinitionKind, slug: string): string => `definition:${kind}/${slug}`;

/** The nodes and edges that a definition states, valid since it was written. */
export function definitionFacts(definition: Definition, at: number): { assets: AssetClaim[]; links: LinkClaim[] } {
  const node = definitionNode(definition);
  if (!node) return { assets: [], links: [] };
  const source = definitionSource(definition.kind, definition.slug);
  const { slug: _slug, ...attributes } = definition.body;
  const links = definitionEdges(definition, node).flatMap(([from, kind, to]) => {
    const claim = claimOf({
      from, kind, to, method: 'manual', evidence: { source: 'manual', definition: `${definition.kind}/${definition.slug}` },
      confidence: -1, verified: false, validFrom: at, validTo: null, observedAt: at,
    }, { source, scope: '' });
    return claim ? [claim] : [];
  });
  return { assets: [{ urn: node, source, scope: '', attributes, observedAt: at, endedAt: null }], links };
}

function definitionNode(definition: Definition): Urn | undefined {
  switch (definition.kind) {
    case 'applications': return parseUrn(`application:${definition.slug}`);
    case 'services': return parseUrn(`service:${definition.slug}`);
    case 'teams': return parseUrn(`team:${definition.slug}`);
    case 'environments': return parseUrn(`environment:${definition.slug}`);
    default: return undefined;
  }
}

/** People may write `github.com/acme/pay` or a slug where the kind is clear. */
const named = (text: string, prefix: string): string => (parseUrn(text) === undefined || !/^(arn|[a-z-]+):/.test(text) ? `${prefix}:${text}` : text);

type Edge = readonly [from: string, kind: string, to: string];

function definitionEdges(definition: Definition, node: Urn): Edge[] {
  const { body } = definition;
  const owner: Edge[] = text(body['team']) && definition.kind !== 'teams' ? [[node, 'owned-by', `team:${text(body['team'])}`]] : [];
  switch (definition.kind) {
    case 'applications':
      return [
        ...owner,
        ...texts(body['members']).map((member): Edge => [member, 'member-of', node]),
        ...texts(body['services']).map((service): Edge => [named(service, 'service'), 'member-of', node]),
        ...texts(body['repositories']).map((repository): Edge => [named(repository, 'repo'), 'member-of', node]),
      ];
    case 'services': return [
      ...owner,
      ...(text(body['application']) ? [[node, 'member-of', `application:${text(body['application'])}`] as Edge] : []),
      ...(text(body['environment']) ? [[node, 'member-of', `environment:${text(body['environment'])}`] as Edge] : []),
      ...texts(body['runtimes']).map((runtime): Edge => [named(runtime, 'service'), 'member-of', node]),
      ...texts(body['repositories']).map((repository): Edge => [named(repository, 'repo'), 'runs-as', node]),
    ];
    case 'environments': return texts(body['members']).map((member): Edge => [member, 'member-of', node]);
    default: return [];
  }
}

/** `*` any run of characters, `?` one; linear, anchored at both ends, case-sensitive. */
export function globMatches(pattern: string, value: string): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let mark = 0;
  while (v < value.length) {
    if (p < pattern.length && pattern[p] !== '*' && (pattern[p] === '?' || pattern[p] === value[v])) { p += 1; v += 1; }
    else if (pattern[p] === '*') { star = p; mark = v; p += 1; }
    else if (star >= 0) { p = star + 1; mark += 1; v = mark; }
    else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
