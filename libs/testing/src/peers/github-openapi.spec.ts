import { describe, expect, it } from '@jest/globals';
import { onlyRoutes } from './github-openapi.js';

describe('a part of an OpenAPI description', () => {
  const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
  const description = {
    openapi: '3.0.3', info: { title: 'x' }, paths: { '/a': { get: ref('responses', 'A') }, '/b': { get: ref('responses', 'B') } },
    components: { responses: { A: { schema: ref('schemas', 'tree') }, B: {} }, schemas: { tree: { items: ref('schemas', 'tree'), leaf: ref('schemas', 'leaf-1.0') }, 'leaf-1.0': {}, other: {} } },
  };
  it('has what its routes refer to, in any depth and circle, and nothing else', () => {
    expect(onlyRoutes(description, ['/a'])).toEqual({
      openapi: '3.0.3', info: { title: 'x' }, paths: { '/a': { get: ref('responses', 'A') } },
      components: { responses: { A: { schema: ref('schemas', 'tree') } }, schemas: { tree: { items: ref('schemas', 'tree'), leaf: ref('schemas', 'leaf-1.0') }, 'leaf-1.0': {} } },
    });
  });
  it('is refused when it names a route that is none', () => expect(() => onlyRoutes(description, ['/a', '/c'])).toThrow('/c'));
});
