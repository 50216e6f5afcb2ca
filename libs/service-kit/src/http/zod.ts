import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { problem } from './problem.js';

/** Validates a body; unknown fields are refused when the schema is strict (use z.strictObject). */
export function zodBody<S extends z.ZodType>(schema: S): ZodPipe<S> {
  return new ZodPipe(schema, 'body');
}

/** Validates a query string; `limit`, `cursor`, `sort` come from `listQuery`. */
export function zodQuery<S extends z.ZodType>(schema: S): ZodPipe<S> {
  return new ZodPipe(schema, 'query');
}

export class ZodPipe<S extends z.ZodType> implements PipeTransform<unknown, z.infer<S>> {
  constructor(readonly schema: S, readonly place: 'body' | 'query') {}

  transform(value: unknown): z.infer<S> {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    const errors = parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.map(String).join('.').slice(0, 200), message: issue.message.slice(0, 300) }));
    const first = errors[0];
    throw problem(400, `invalid_${this.place}`, `The ${this.place} is not as described in /v1/openapi.json: ${first?.path || '(root)'}: ${first?.message ?? ''}`, { errors });
  }
}

/** Query fields of every list. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50).describe('Rows a page, at most 1000.'),
  cursor: z.string().max(2000).optional().describe('`next` of the page before.'),
  sort: z.string().max(64).optional().describe('Field to sort by; `-` in front for descending.'),
});
