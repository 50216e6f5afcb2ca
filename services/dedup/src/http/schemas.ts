import { z } from 'zod';

const reason = z.string().trim().min(3).max(2000).describe('Why; kept with the decision and in the audit log.');

export const mergeBody = z.strictObject({
  findings: z.array(z.uuid()).min(1).max(50).describe('Findings of the same asset that become part of the one in the path.'),
  reason,
});
export const splitBody = z.strictObject({
  observations: z.array(z.string().regex(/^-?\d{1,19}$/)).min(1).max(500).describe('Ids from GET …/observations that are another flaw.'),
  reason,
});

const observation = z.object({
  id: z.string(), tool: z.string(), rule: z.string(), scope: z.string(), line: z.string(), defaultLine: z.boolean(), version: z.string(), present: z.boolean(),
  missedScans: z.number().int(), firstSeen: z.string(), lastSeen: z.string(), title: z.string(), severity: z.unknown(), identifiers: z.array(z.string()),
  location: z.unknown(), component: z.unknown(),
});
export const observationsAnswer = z.object({
  items: z.array(observation), next: z.string().nullable(),
  identity: z.object({
    keys: z.array(z.object({ kind: z.string(), recipe: z.string(), key: z.string() })),
    decisions: z.array(z.object({ kind: z.string(), other: z.string(), reason: z.string(), actor: z.string(), decidedAt: z.string() })),
    flags: z.array(z.string()),
  }),
});
export const mergeAnswer = z.object({ id: z.string(), merged: z.array(z.string()) });
export const splitAnswer = z.object({ id: z.string(), created: z.string() });
