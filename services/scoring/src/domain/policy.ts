import { DEFAULT_SLA_POLICY, type SlaPolicy } from './sla.js';

/** How decisions are made. */
export interface ExceptionPolicy {
  readonly version: string;
  /** The approver must be another than the requester. */
  readonly separationOfDuty: boolean;
  /** Longest time that an exception may run. */
  readonly maxDays: number;
}

export const DEFAULT_EXCEPTION_POLICY: ExceptionPolicy = { version: 'default-1', separationOfDuty: false, maxDays: 365 };

/** What a gate does with new flaws: those in `block` stop the build, those in `warn` are told. */
export interface GatePolicy {
  readonly version: string;
  readonly block: readonly string[];
  readonly warn: readonly string[];
}

export const DEFAULT_GATE_POLICY: GatePolicy = { version: 'default-1', block: ['act'], warn: ['act', 'attend', 'track', 'defer'] };

export interface Policies {
  readonly sla: SlaPolicy;
  readonly exceptions: ExceptionPolicy;
  readonly gate: GatePolicy;
}

export const DEFAULT_POLICIES: Policies = { sla: DEFAULT_SLA_POLICY, exceptions: DEFAULT_EXCEPTION_POLICY, gate: DEFAULT_GATE_POLICY };
export type PolicySlug = keyof Policies;
export const POLICY_SLUGS = ['sla', 'exceptions', 'gate'] as const satisfies readonly PolicySlug[];

/** A tenant's policies: its newest version of each over the defaults. */
export function policiesOf(stored: readonly { readonly slug: string; readonly version: number; readonly spec: object }[]): Policies {
  const given = Object.fromEntries(stored.map(({ slug, version, spec }) => [slug, { ...DEFAULT_POLICIES[slug as PolicySlug], ...spec, version: `${slug}-${version}` }]));
  return { ...DEFAULT_POLICIES, ...given };
}
