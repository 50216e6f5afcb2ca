import { parseUrn } from '@throughline/domain';
import { listQuery } from '@throughline/service-kit';
import { z } from 'zod';
import type { DefinitionKind } from '../domain/definitions.js';

export const SLUG = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const word = z.string().trim().min(1).max(200);
const slug = z.string().regex(SLUG, 'a slug: lower-case letters, digits, dot, dash, underscore; at most 63');
const urn = z.string().max(1000).refine((text) => parseUrn(text) !== undefined, 'a URN such as repo:github.com/acme/pay, or an ARN');
const urns = z.array(urn).max(1000);
const names = z.array(z.string().trim().min(1).max(1000)).max(1000);
const criticality = z.enum(['critical', 'high', 'medium', 'low']);

const environmentRule = z.strictObject({ name: word.optional(), cluster: word.optional(), account: word.optional(), branch: word.optional() })
  .refine((rule) => Object.keys(rule).length > 0, 'name at least one of name, cluster, account, branch');

const common = {
  name: word.optional(), description: z.string().max(4000).optional(), reason: z.string().max(500).optional().describe('Why; kept with the version and in the audit log.'),
};
const judged = { criticality: criticality.optional(), dataClass: slug.optional(), team: slug.optional().describe('Owning team; a manual entry outranks every other source.') };

/** Bodies of PUT, strict: a field that we would not keep is refused. */
export const DEFINITION_BODIES = {
  applications: z.strictObject({
    ...common, ...judged, businessUnit: word.optional(), complianceScope: z.array(word).max(50).optional(), internetAudience: z.boolean().optional(),
    services: names.optional().describe('Slugs, ARNs or URNs of services.'), repositories: names.optional().describe('e.g. github.com/acme/pay'), members: urns.optional().describe('Any other assets.'),
  }),
  services: z.strictObject({
    ...common, ...judged, application: slug.optional(), environment: slug.optional(), runtimes: names.optional().describe('What it runs as: ARNs or service URNs.'),
    repositories: names.optional().describe('Repositories or sub-paths of one (github.com/acme/mono#services/pay).'),
  }),
  teams: z.strictObject({
    ...common, handles: z.array(word).max(100).optional().describe('Names in CODEOWNERS, e.g. @acme/payments.'), members: z.array(word).max(1000).optional(),
    active: z.boolean().optional().describe('false: its work falls to the successor.'), successor: slug.optional(), email: z.email().optional(), channel: word.optional(),
  }),
  environments: z.strictObject({
    ...common, stage: z.enum(['production', 'staging', 'development', 'test']).optional(), criticality: criticality.optional(),
    members: urns.optional().describe('Accounts, clusters or services.'), match: z.array(z.union([word, environmentRule])).max(100).optional().describe('A glob over the names of a service, its cluster and account; or globs by name, all of which must hold.'),
  }),
  'ownership-rules': z.strictObject({
    ...common, team: slug, priority: z.number().int().min(-1000).max(1000).optional(),
    match: z.strictObject({
      asset: word.optional(), repository: word.optional(), path: z.string().max(500).optional(), service: word.optional(), image: word.optional(), account: word.optional(), application: word.optional(),
    }).refine((match) => Object.keys(match).some((key) => key !== 'path'), 'name at least one of asset, repository, service, image, account, application'),
  }),
} as const satisfies Record<DefinitionKind, z.ZodType>;

export const definitionList = listQuery.omit({ sort: true });

const when = z.iso.datetime({ offset: true });

export const traceQuery = z.strictObject({
  from: z.string().min(1).max(1100).describe('URN, bare ARN, or image:sha256:…'),
  direction: z.enum(['forward', 'backward']).default('forward').describe('forward: code to exposure; backward: exposure to code.'),
  at: when.optional().describe('As of this time; absent: now.'),
  recordedAt: when.optional().describe('As it was believed at this time (absent: as it is believed now); `at` is then at most that.'),
});

export const exposedQuery = listQuery.omit({ sort: true }).extend({
  exposure: z.enum(['internet', 'limited']).optional().describe('absent: both.'),
  environment: slug.optional(), application: slug.optional(), team: slug.optional(),
});

export const exposureHistoryQuery = z.strictObject({ asset: z.string().min(1).max(1100).describe('URN or ARN of a service, image name, repository, sub-path, endpoint or application.') });

const start = z.string().min(1).max(1100);

export const blastRadiusQuery = z.strictObject({
  from: z.union([start.transform((text) => [text]), z.array(start).min(1).max(100)]).describe('URN, ARN or image:sha256:…; may be repeated.'),
});

export const coverageQuery = listQuery.omit({ sort: true });

export const assetQuery = listQuery.omit({ sort: true }).extend({
  kind: z.string().max(40).optional().describe('Node kind.'),
  q: z.string().max(200).optional().describe('Part of the name or URN.'),
  unresolved: z.stringbool().optional().describe('true: only nodes that no source has described; those older than 24 h are orphans.'),
});
