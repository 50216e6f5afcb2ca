import { z } from 'zod';
import type { Rescan } from '../persistence/rescan.repository.js';

export const verifyBody = z.strictObject({ reason: z.string().trim().max(2000).optional().describe('Why; kept with the request and in the audit log.') });
export const verifyAnswer = z.object({
  id: z.string(), scopes: z.array(z.string()).describe('Scopes whose next complete scan decides.'),
  dispatched: z.boolean().describe('Whether a scan was started; false: somebody has to run it.'), remedy: z.string(),
});

const outcome = z.enum(['waiting', 'gone', 'still-there', 'withdrawn']);
export const rescanAnswer = z.object({
  requestedAt: z.string(), by: z.string(), reason: z.string(), answeredAt: z.string().nullable(), outcome: outcome.describe('gone: missed by every scope that was asked; still-there: one showed it; withdrawn: it was merged into another finding meanwhile.'),
  scopes: z.array(z.object({ scope: z.string(), answeredAt: z.string().nullable(), outcome, scan: z.string().nullable() })),
});

type Answer = z.infer<typeof rescanAnswer>;

/** The answer of all scopes together: one that shows it outweighs all others, and until all have answered it waits. */
export function presentRescan({ requestedAt, by, reason, scopes }: Rescan): Answer {
  const all = scopes.map((one): Answer['scopes'][number] => ({ scope: one.scope, answeredAt: one.answeredAt || null, outcome: outcome.catch('waiting').parse(one.outcome), scan: one.scanId || null }));
  const together = (['still-there', 'waiting', 'gone', 'withdrawn'] as const).find((word) => all.some((one) => one.outcome === word)) ?? 'waiting';
  const answered = together === 'waiting' ? null : all.map((one) => one.answeredAt ?? '').sort().at(-1) || null;
  return { requestedAt, by, reason, answeredAt: answered, outcome: together, scopes: all };
}
