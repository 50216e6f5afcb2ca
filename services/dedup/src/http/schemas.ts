import { listQuery } from '@throughline/service-kit';
import { z } from 'zod';
import { CHANGE_KINDS } from '../persistence/changes.repository.js';
import { rescanAnswer } from './rescan.schemas.js';

const reason = z.string().trim().min(3).max(2000).describe('Why; kept with the decision and in the audit log.');

export const mergeBody = z.strictObject({
  findings: z.array(z.uuid()).min(1).max(50).describe('Findings of the same asset that become part of the one in the path.'),
  reason,
});
export const splitBody = z.strictObject({
  observations: z.array(z.string().regex(/^-?\d{1,19}$/)).min(1).max(500).describe('Ids from GET …/observations that are another flaw.'),
  reason,
});

const why = z.object({
  rule: z.string().describe('Stable word of the rule: `same key: …`, a rule of drift or correlation, or a person\'s correction.'), recipe: z.string(), fields: z.array(z.string()).describe('What agreed.'),
  confidence: z.number().describe('0 to 1.'), at: z.string(), by: z.string().describe('Who decided, when a person did.'), evidence: z.string(), scan: z.string().nullable(),
});

const observation = z.object({
  id: z.string(), tool: z.string(), rule: z.string(), scope: z.string(), line: z.string(), defaultLine: z.boolean(), version: z.string(), present: z.boolean(),
  missedScans: z.number().int(), firstSeen: z.string(), lastSeen: z.string(), title: z.string(), severity: z.unknown(), identifiers: z.array(z.string()),
  location: z.unknown(), component: z.unknown(), description: z.string(), codeFlow: z.array(z.unknown()),
  firstScan: z.string().nullable().describe('The scan that showed it first, while its receipt is kept.'), goneScan: z.string().nullable().describe('The first complete scan that missed it.'),
  join: why.nullable().describe('Why it is part of this finding; null when only a fingerprint that is not kept led here.'),
});
export const observationsAnswer = z.object({
  items: z.array(observation), next: z.string().nullable(),
  identity: z.object({
    keys: z.array(z.object({ kind: z.string(), recipe: z.string(), key: z.string() })),
    decisions: z.array(z.object({ kind: z.string(), other: z.string(), reason: z.string(), actor: z.string(), decidedAt: z.string() })),
    flags: z.array(z.string()), candidates: z.array(z.object({ finding: z.string(), flag: z.string() })).describe('Findings that might be the same, when it is flagged.'),
  }),
  rescan: rescanAnswer.nullable().describe('The last rescan that somebody asked for, and what it showed.'),
});
export const mergeAnswer = z.object({ id: z.string(), merged: z.array(z.string()) });
export const splitAnswer = z.object({ id: z.string(), created: z.string() });

export const changesQuery = listQuery.omit({ sort: true }).extend({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows a page, at most 200.'),
  kind: z.enum(CHANGE_KINDS).optional().describe('Only this kind.'),
});
const change = z.object({
  kind: z.enum(CHANGE_KINDS), finding: z.string(), title: z.string(), class: z.string(), severity: z.string(), status: z.string(), statusReason: z.string(), mergedInto: z.string().nullable(), flags: z.array(z.string()),
  location: z.unknown(), component: z.unknown(), identifiers: z.array(z.string()), rules: z.array(z.object({ tool: z.string(), id: z.string() })), join: why.nullable(),
});
export const changesAnswer = z.object({
  scan: z.string(), completed: z.boolean(), decidesAbsence: z.boolean().describe('Whether it was complete and so could show that something is gone.'),
  counts: z.record(z.string(), z.number().int()), items: z.array(change), next: z.string().nullable(),
});
