/** Which service serves a path under /v1: the longest prefix wins; a `*` stands for one path segment. */
const ROUTES: readonly (readonly [string, string])[] = [
  ['/v1/scans', 'ingestion'], ['/v1/observations', 'ingestion'], ['/v1/webhooks', 'ingestion'], ['/v1/connectors', 'ingestion'], ['/v1/dead-letters', 'ingestion'],
  ['/v1/formats', 'normalization'], ['/v1/quarantine', 'normalization'],
  ['/v1/scans/*/changes', 'dedup'], ['/v1/findings/*/observations', 'dedup'], ['/v1/findings/*/merge', 'dedup'], ['/v1/findings/*/split', 'dedup'], ['/v1/recipes', 'dedup'], ['/v1/policies/identity', 'dedup'], ['/v1/findings/*/verify', 'dedup'], ['/v1/vulnerabilities', 'dedup'],
  ['/v1/trace', 'chain-resolution'], ['/v1/assets', 'chain-resolution'], ['/v1/applications', 'chain-resolution'], ['/v1/services', 'chain-resolution'], ['/v1/teams', 'chain-resolution'],
  ['/v1/environments', 'chain-resolution'], ['/v1/ownership-rules', 'chain-resolution'], ['/v1/policies/provenance', 'chain-resolution'], ['/v1/coverage', 'chain-resolution'],
  ['/v1/findings', 'scoring'], ['/v1/issues', 'scoring'], ['/v1/fixes', 'scoring'], ['/v1/policies', 'scoring'], ['/v1/exceptions', 'scoring'], ['/v1/gates', 'scoring'],
  ['/v1/simulations', 'scoring'], ['/v1/exports', 'scoring'], ['/v1/activations', 'scoring'], ['/v1/intel', 'scoring'],
  ['/v1/tickets', 'ticket-routing'], ['/v1/destinations', 'ticket-routing'], ['/v1/routing-rules', 'ticket-routing'],
  ['/v1/metrics', 'analytics'],
];

const COMPILED = ROUTES
  .map(([prefix, service]) => ({ segments: prefix.split('/').slice(1), service }))
  .sort((a, b) => b.segments.length - a.segments.length);

/** Name of the service for a path without its query; undefined when the gateway serves it itself or nobody does. */
export function serviceFor(path: string): string | undefined {
  const segments = path.split('/').slice(1);
  return COMPILED.find((route) => route.segments.length <= segments.length && route.segments.every((part, index) => part === '*' || part === segments[index]))?.service;
}

/** Routes that carry their own authentication (a sender's signature) instead of a token. */
export const isSelfAuthenticated = (path: string): boolean => path.startsWith('/v1/webhooks/');

export const ROUTED_SERVICES: readonly string[] = [...new Set(ROUTES.map(([, service]) => service))];

/** Paths of the gateway's own API that need a token; its description does not. */
export const isOwnApi = (path: string): boolean => path.startsWith('/v1/') && path !== '/v1/openapi.json' && serviceFor(path) === undefined;
