import { BANDS, DECISIONS, EVIDENCE_STATES, FINDING_CLASSES, SEVERITIES, TRISTATES } from '@throughline/domain';
import { listQuery } from '@throughline/service-kit';
import { z } from 'zod';

/** Comma separated text of at most 50 values. */
const many = (description: string) => z.string().max(4000).transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean))
  .pipe(z.array(z.string().max(1024)).min(1).max(50)).optional().describe(`${description} Several separated by commas.`);
/** Comma separated words of a vocabulary; an unknown word is an error, not an empty list. */
const words = (vocabulary: readonly string[], description: string) => z.string().max(400).transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean))
  .pipe(z.array(z.enum(vocabulary as readonly [string, ...string[]])).min(1)).optional().describe(`${description} One or several of ${vocabulary.join(', ')}.`);

export const findingFilters = {
  status: words(EVIDENCE_STATES, 'Evidence state.'),
  decision: words([...DECISIONS, 'none'], 'Exception in force.'),
  class: words(FINDING_CLASSES, 'Class.'),
  severity: words(SEVERITIES, 'Severity on our scale.'),
  band: words(BANDS, 'Band.'),
  application: many('Application slug; `none`: without one.'),
  service: many('Service.'),
  repository: many('host/owner/name.'),
  team: many('Owning team; `none`: unowned.'),
  environment: many('Environment slug.'),
  asset: many('URN of the asset.'),
  tool: many('Tool.'),
  identifier: many('CVE, GHSA or other id.'),
  component: many('purl with or without version, or the package name.'),
  deployed: words(TRISTATES, 'Deployed.'),
  exposed: words(TRISTATES, 'Exposed to the internet.'),
  reachable: words(TRISTATES, 'Reachable.'),
  ticketed: z.enum(['yes', 'no', 'true', 'false']).transform((word) => word === 'yes' || word === 'true').optional().describe('Whether its fix has a ticket.'),
  scan: many('Scan that created or changed it.'),
  q: z.string().trim().min(1).max(200).optional().describe('Part of title, path or component; an id exactly.'),
} as const;

export const findingListQuery = listQuery.extend({
  ...findingFilters,
  sort: z.enum(['score', '-score', 'firstSeen', '-firstSeen', 'lastSeen', '-lastSeen', 'dueAt', '-dueAt', 'title', '-title']).default('-score').describe('Field to sort by; `-` in front for descending.'),
});

/** Issues and fixes come worst first, by their live findings. */
export const groupListQuery = listQuery.omit({ sort: true }).extend({ ...findingFilters, sort: z.enum(['-score']).default('-score') });
export const historyQuery = listQuery.omit({ sort: true });
