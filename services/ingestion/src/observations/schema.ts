import { kindOf, LINK_KINDS, LINK_METHODS, NODE_KINDS, parseUrn } from '@throughline/domain';
import { z } from 'zod';

const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());
const node = z.string().min(1).max(1024).transform((value, context) => {
  const parsed = parseUrn(value);
  if (parsed !== undefined) return parsed;
  context.addIssue('no URN of a known kind');
  return z.NEVER;
});
const MAX_JSON = 16 * 1024;
const bag = z.record(z.string().max(200), z.unknown()).refine((value) => JSON.stringify(value).length <= MAX_JSON, `at most ${MAX_JSON} characters as JSON`);

const assetStatement = z.strictObject({
  asset: z.strictObject({ urn: node, kind: z.enum(NODE_KINDS), attributes: bag.default({}) })
    .refine(({ urn, kind }) => kindOf(urn) === kind, { message: 'kind does not fit the URN', path: ['kind'] }),
  observedAt: time,
});
const linkStatement = z.strictObject({
  link: z.strictObject({ from: node, to: node, kind: z.enum(LINK_KINDS), method: z.enum(LINK_METHODS), evidence: bag.default({}) })
    .refine(({ from, to }) => from !== to, { message: 'a link needs two ends', path: ['to'] }),
  validFrom: time, validTo: time.optional(), observedAt: time,
}).refine(({ validFrom, validTo }) => validTo === undefined || validTo >= validFrom, { message: 'validTo is before validFrom', path: ['validTo'] });

/** Facts that an open door takes a request; larger inventories come in several, the last one with the snapshot. */
export const MAX_FACTS = 10_000;

export const assetObservations = z.strictObject({
  source: z.string().trim().min(1).max(200).regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces').describe('Who says so, e.g. aws:111122223333/eu-central-1.'),
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('Rises per source; given by us when absent.'),
  facts: z.array(z.union([assetStatement, linkStatement])).max(MAX_FACTS),
  snapshot: z.strictObject({ scope: z.string().trim().min(1).max(300), complete: z.boolean() }).optional().describe('These facts are the inventory of a scope.'),
}).refine(({ facts, snapshot }) => facts.length > 0 || snapshot !== undefined, { message: 'no facts', path: ['facts'] });
export type AssetObservations = z.infer<typeof assetObservations>;

export const deploymentRecord = z.strictObject({
  image: z.string().trim().min(1).max(600).describe('Image reference.'),
  digest: z.string().trim().toLowerCase().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits').describe('Digest of what runs.'),
  service: z.string().trim().min(1).max(1024).describe('ARN, URN, or cluster/namespace/name.'),
  environment: z.string().trim().min(1).max(100),
  build: z.string().trim().min(1).max(1000).optional().describe('URL or URN of the build.'),
  commit: z.string().trim().min(1).max(400).optional().describe('host/owner/name@sha, a commit URN, or a bare id beside a build of GitHub Actions.'),
  at: time,
});
export type DeploymentBody = z.infer<typeof deploymentRecord>;
