import { FINDING_CLASSES, SEVERITIES } from '@throughline/domain';
import { listQuery } from '@throughline/service-kit';
import { z } from 'zod';

const page = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), next: z.string().nullable() });

export const formatsAnswer = page(z.object({
  id: z.string(), name: z.string(), tool: z.string(), class: z.enum(FINDING_CLASSES), classes: z.array(z.enum(FINDING_CLASSES)), syntax: z.array(z.string()), versions: z.array(z.string()),
  verified: z.array(z.object({ tool: z.string(), version: z.string(), by: z.string() })), severities: z.record(z.string(), z.enum(SEVERITIES)),
  identity: z.object({ version: z.number().int(), keys: z.array(z.string()) }), produce: z.string(),
}));

export const quarantineQuery = listQuery.omit({ sort: true }).extend({
  scan: z.uuid().optional().describe('Scan.'),
  code: z.string().max(60).optional().describe('Why the result could not be read.'),
  format: z.string().max(60).optional().describe('Format id.'),
});

export const quarantineAnswer = page(z.object({
  id: z.string(), scan: z.string(), ordinal: z.number().int(), format: z.string(), tool: z.string(), position: z.string(), code: z.string(), message: z.string(), excerpt: z.string(), createdAt: z.string(),
}));
