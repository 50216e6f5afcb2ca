type Json = Record<string, unknown>;
export interface OpenApiPart { readonly paths?: Json; readonly components?: { readonly schemas?: Json }; readonly tags?: readonly unknown[] }

const HEAD = {
  openapi: '3.1.0',
  info: {
    title: 'Throughline', version: '1',
    description: 'Application security posture management: findings of every scanner, deduplicated, traced through the deployment chain, scored with an explanation, routed once. Errors are RFC 9457 problem details. Lists take limit, cursor and sort, and answer {items, next}. Times are RFC 3339 UTC.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }],
};

/** Merges the services' documents to one; only public /v1 paths are kept, each tagged with its first word. */
export function mergeOpenApi(parts: readonly OpenApiPart[]): Json {
  const paths: Json = {};
  const schemas: Json = {};
  for (const part of parts) {
    for (const [path, item] of Object.entries(part.paths ?? {})) if (path.startsWith('/v1/') && path !== '/v1/openapi.json') paths[path] = tagged(path, item as Json);
    Object.assign(schemas, part.components?.schemas);
  }
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b)));
  return { ...HEAD, paths: sorted, components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API token.' } } } };
}

function tagged(path: string, item: Json): Json {
  const tag = path.split('/')[2] ?? 'other';
  return Object.fromEntries(Object.entries(item).map(([verb, operation]) => [verb, typeof operation === 'object' && operation !== null && verb !== 'parameters' ? { ...operation, tags: [tag] } : operation]));
}
