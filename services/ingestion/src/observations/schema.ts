import { kindOf, LINK_KINDS, LINK_METHODS, NODE_KINDS, parseUrn } from '@throughline/domain';
import { z } from 'zod';
import { bundleText, isShallow, MAX_BUNDLE_BYTES } from './bundle.js';

const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value).toISOString());
const node = z.string().min(1).max(1024).transform((value, context) => {
  const parsed = parseUrn(value);
  if (parsed !== undefined) return parsed;
  context.addIssue('no URN of a known kind');
  return z.NEVER;
});
const MAX_JSON = 16 * 1024;
const fits = (value: object): boolean => isShallow(value) && JSON.stringify(value).length <= MAX_JSON;
const open = z.record(z.string().max(200), z.unknown());
const bag = open.refine(fits, `at most ${MAX_JSON} characters as JSON, and 32 levels`);
/** Fields of a link's evidence that hold a signed statement. */
export const SIGNED: ReadonlySet<string> = new Set(['bundle', 'envelope']);

/** A proof may be larger than what else is said, since it goes its own way. */
function evidenceFits({ method, evidence }: { readonly method: string; readonly evidence: Readonly<Record<string, unknown>> }): boolean {
  const isProof = (name: string, value: unknown): boolean => method === 'attestation' && SIGNED.has(name) && bundleText(value) !== undefined;
  return isShallow(evidence) && fits(Object.fromEntries(Object.entries(evidence).filter(([name, value]) => !isProof(name, value))));
}

const assetStatement = z.strictObject({
  asset: z.strictObject({ urn: node, kind: z.enum(NODE_KINDS), attributes: bag.default({}) })
    .refine(({ urn, kind }) => kindOf(urn) === kind, { message: 'kind does not fit the URN', path: ['kind'] }),
  observedAt: time,
});
const linkStatement = z.strictObject({
  link: z.strictObject({ from: node, to: node, kind: z.enum(LINK_KINDS), method: z.enum(LINK_METHODS), evidence: open.default({}) })
    .refine(({ from, to }) => from !== to, { message: 'a link needs two ends', path: ['to'] })
    .refine(evidenceFits, { message: `at most ${MAX_JSON} characters as JSON beside a bundle or envelope, and 32 levels`, path: ['evidence'] }),
  validFrom: time, validTo: time.optional(), observedAt: time,
}).refine(({ validFrom, validTo }) => validTo === undefined || validTo >= validFrom, { message: 'validTo is before validFrom', path: ['validTo'] });

const bundle = z.union([z.string(), z.record(z.string(), z.unknown())]).transform((value, context) => {
  const text = bundleText(value);
  if (text !== undefined) return text;
  context.addIssue(`a Sigstore bundle or DSSE envelope: a JSON object, or its text, of at most ${MAX_BUNDLE_BYTES} bytes`);
  return z.NEVER;
});
const attestationStatement = z.strictObject({
  attestation: z.strictObject({
    subject: node.refine((urn) => kindOf(urn) === 'image', 'the URN of an image').optional().describe('Image that it was filed under; absent: only its own subjects say.'),
    bundle: bundle.describe('As it was found; it is believed only after its signature was checked.'),
    mediaType: z.string().trim().max(200).default(''),
  }),
  observedAt: time,
});

/** Facts that an open door takes a request; larger inventories come in several with the same sequence. */
export const MAX_FACTS = 10_000;
/** Requests of one inventory: 100 million facts. */
const MAX_PARTS = 10_000;

const snapshot = z.strictObject({
  scope: z.string().trim().min(1).max(300), complete: z.boolean(),
  part: z.number().int().min(0).max(MAX_PARTS - 1).optional().describe('Number of this request, from 0, when the inventory comes in several. They may come in any order.'),
  parts: z.number().int().min(1).max(MAX_PARTS).optional().describe('How many requests there are; on the last one, or on all.'),
}).refine(({ part, parts }) => parts === undefined || part === undefined || part < parts, { message: 'part counts from 0 and is below parts', path: ['part'] })
  .refine(({ part, parts }) => part !== undefined || parts === undefined, { message: 'parts needs part', path: ['parts'] });

export const assetObservations = z.strictObject({
  source: z.string().trim().min(1).max(200).regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces').describe('Who says so, e.g. aws:111122223333/eu-central-1.'),
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('Rises per source; given by us when absent. The same for all requests of one inventory.'),
  facts: z.array(z.union([assetStatement, linkStatement, attestationStatement])).max(MAX_FACTS),
  snapshot: snapshot.optional().describe('These facts are the inventory of a scope, or a part of it.'),
}).refine(({ facts, snapshot: given }) => facts.length > 0 || given !== undefined, { message: 'no facts', path: ['facts'] })
  .refine(({ sequence, snapshot: given }) => given?.part === undefined || sequence !== undefined, { message: 'an inventory in several requests needs a sequence, the same for all', path: ['sequence'] });
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
