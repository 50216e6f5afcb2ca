import { z } from 'zod';

const threshold = z.strictObject({
  enabled: z.boolean(),
  minConfidence: z.number().min(0).max(1).describe('Joins that are less sure are not made.'),
});
const policyFields = z.strictObject({
  absencesToFix: z.number().int().min(1).max(10).describe('Complete scans in a row that must miss a finding before it is fixed.'),
  correlation: threshold.describe('Whether results of other rules and tools at one place are one finding.'),
  drift: threshold.describe('Whether results that moved or were edited keep their finding.'),
});
const reason = z.string().trim().max(2000).describe('Why; kept with the version and in the audit log.');

export const policyBody = policyFields.extend({ reason: reason.default('') });
export const policyAnswer = policyFields.extend({ version: z.number().int().describe('0: never written.'), author: z.string(), reason: z.string(), updatedAt: z.string().nullable() });

/** What a trial lays over the policy in force. */
const proposed = policyFields.partial().default({}).describe('What to lay over the policy in force; absent: that one.');
export const dryRunBody = z.strictObject({ policy: proposed });
export const applyBody = z.strictObject({ reason: reason.min(3) });

export const recipesAnswer = z.object({
  items: z.array(z.object({
    id: z.string(), version: z.number().int(), name: z.string(), kind: z.string(), classes: z.array(z.string()).describe('Empty: all.'), purpose: z.string(), madeOf: z.array(z.string()),
    equalResults: z.string(), source: z.string(), failureModes: z.array(z.string()),
  })),
  next: z.null(),
});

const example = z.object({
  kind: z.enum(['merge', 'split']), findings: z.array(z.object({ id: z.string(), title: z.string() })),
  why: z.object({ rule: z.string(), recipe: z.string(), fields: z.array(z.string()), confidence: z.number() }),
});
export const runAnswer = z.object({
  id: z.string(), kind: z.enum(['dry-run', 'apply']), state: z.enum(['running', 'done']), policy: policyFields, reason: z.string(),
  assets: z.number().int(), examined: z.number().int(), merges: z.number().int(), splits: z.number().int(), unchanged: z.number().int(),
  ambiguous: z.number().int().describe('Results that fit several findings: left where they are.'), examples: z.array(example), at: z.string(), finishedAt: z.string().nullable(),
});
