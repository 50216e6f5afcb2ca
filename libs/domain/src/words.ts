/**
 * The vocabulary of the product (docs/glossary.md): one word per concept, as readonly data so that
 * validation, documentation and types come from the same list.
 */
export const FINDING_CLASSES = ['sast', 'sca', 'dast', 'container', 'iac', 'secrets', 'cspm'] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** Our severity scale, worst first; `unknown` is an answer and never counts as `info`. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What scans show of a finding; only scans move it. */
export const EVIDENCE_STATES = ['open', 'awaiting-verification', 'fixed', 'reopened', 'retired'] as const;
export type EvidenceState = (typeof EVIDENCE_STATES)[number];

/** What people or a VEX document decided; no scan undoes it. */
export const DECISIONS = ['accepted-risk', 'false-positive', 'not-affected', 'out-of-scope'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Urgency, most urgent first. */
export const BANDS = ['act', 'attend', 'track', 'defer'] as const;
export type Band = (typeof BANDS)[number];

export const EXPOSURES = ['internet', 'limited', 'internal', 'none', 'unknown'] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** Three-valued truth: unknown is drawn, passed on and counted apart; never treated as no. */
export const TRISTATES = ['yes', 'no', 'unknown'] as const;
export type Tristate = (typeof TRISTATES)[number];

/** What a scan looked at (not what we could read of it). */
export const COVERAGES = ['complete', 'partial', 'failed'] as const;
export type Coverage = (typeof COVERAGES)[number];

export const SCAN_STATUSES = ['queued', 'processing', 'done', 'partial', 'rejected', 'stalled'] as const;
export type ScanStatus = (typeof SCAN_STATUSES)[number];

export const NODE_KINDS = [
  'repository', 'commit', 'pull-request', 'build', 'image-name', 'image', 'tag', 'task-definition', 'service', 'task',
  'target-group', 'load-balancer', 'listener', 'listener-rule', 'endpoint', 'cloud-resource', 'cluster', 'account',
  'team', 'application', 'environment',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** Edges point from code to exposure. */
export const LINK_KINDS = [
  'contains', 'built-by', 'produced', 'tagged', 'runs-as', 'part-of', 'routes-to', 'listens-on', 'resolves-to', 'owned-by', 'member-of',
] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** How a link is known, strongest first; `confidence` says how far each may be trusted without more evidence. */
export const LINK_METHODS = [
  'attestation', 'api', 'deployment-record', 'manual', 'oci-label', 'build-output', 'codeowners', 'dockerfile', 'tag',
] as const;
export type LinkMethod = (typeof LINK_METHODS)[number];

export const ROLES = ['viewer', 'developer', 'triager', 'approver', 'admin', 'ingest-only'] as const;
export type Role = (typeof ROLES)[number];

/** `exposed` as the product defines it: internet or limited is yes, unknown stays unknown. */
export function exposedOf(exposure: Exposure): Tristate {
  if (exposure === 'unknown') return 'unknown';
  return exposure === 'internet' || exposure === 'limited' ? 'yes' : 'no';
}

/** Position on the severity scale, 0 = critical; for ordering only. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function isOneOf<T extends string>(words: readonly T[], value: unknown): value is T {
  return typeof value === 'string' && (words as readonly string[]).includes(value);
}
