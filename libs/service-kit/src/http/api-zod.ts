import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

export interface RouteDescription {
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly params?: Readonly<Record<string, string>>;
  /** Status to description and, where it is JSON, the schema. */
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
}

/** Describes a route in the OpenAPI document with the very schemas that validate it. */
export function ApiZod(route: RouteDescription): MethodDecorator {
  const query = route.query ? (toJsonSchema(route.query, 'input') as { properties?: Record<string, JsonSchema>; required?: string[] }) : {};
  return applyDecorators(
    ApiOperation({ summary: route.summary, ...(route.description !== undefined && { description: route.description }) }),
    ...Object.entries(route.params ?? {}).map(([name, description]) => ApiParam({ name, description, schema: { type: 'string' } })),
    ...Object.entries(query.properties ?? {}).map(([name, schema]) => ApiQuery({ name, required: query.required?.includes(name) ?? false, schema: schema as never, ...(typeof schema['description'] === 'string' && { description: schema['description'] }) })),
    ...(route.body ? [ApiBody({ schema: toJsonSchema(route.body, 'input') as never })] : []),
    ...Object.entries(route.responses).map(([status, r]) => ApiResponse({ status: Number(status), description: r.description, ...(r.schema && { schema: toJsonSchema(r.schema, 'output') as never }) })),
    ApiResponse({ status: 'default' as never, description: 'Problem details (RFC 9457): type, title, status, code, detail.', content: { 'application/problem+json': { schema: PROBLEM as never } } }),
  );
}

const PROBLEM: JsonSchema = {
  type: 'object', required: ['type', 'title', 'status', 'code', 'detail'],
  properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, code: { type: 'string' }, detail: { type: 'string' }, requestId: { type: 'string' } },
};

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  return rest;
}
