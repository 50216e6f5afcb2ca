import type { Band, Coverage, Decision, EvidenceState, Exposure, FindingClass, NodeKind, ScanStatus, Severity, Tristate } from '@throughline/domain';

/** The shapes of the HTTP contract that the console reads, written by hand: one type a shape, nothing the console does not draw. */
export interface Page<T> { readonly items: readonly T[]; readonly next: string | null }

export interface Component { readonly purl: string; readonly name?: string; readonly version?: string; readonly fixedVersions?: readonly string[] }

export interface Location {
  readonly path?: string; readonly startLine?: number; readonly endLine?: number; readonly snippet?: string;
  readonly url?: string; readonly method?: string; readonly parameter?: string; readonly resource?: string;
}

export interface TicketRef { readonly id: string; readonly status: string; readonly url?: string | null; readonly key?: string | null; readonly destination?: string }

export interface Finding {
  readonly id: string; readonly issueId: string; readonly fixId: string | null; readonly title: string; readonly class: FindingClass;
  readonly status: EvidenceState; readonly decision: Decision | null; readonly severity: Severity;
  readonly score: number | null; readonly band: Band | null;
  readonly identifiers: readonly string[]; readonly weaknesses: readonly string[];
  readonly component: Component | null; readonly location: Location | null;
  readonly rules: readonly { readonly tool: string; readonly id: string }[]; readonly tools: readonly string[];
  readonly asset: string; readonly application: string; readonly service: string; readonly repository: string; readonly team: string;
  readonly environment?: string; readonly ownerSource?: string; readonly description?: string;
  readonly deployed: Tristate; readonly exposed: Tristate; readonly exposure: Exposure; readonly reachable: Tristate;
  readonly baseline?: boolean; readonly slaStep?: string;
  readonly firstSeen: string; readonly lastSeen: string; readonly dueAt: string | null;
  readonly ticket: TicketRef | string | null;
  /** Only on a finding's own page. */
  readonly remediation?: string; readonly references?: readonly string[]; readonly codeFlow?: Observation['codeFlow']; readonly statusReason?: string;
  readonly fix?: { readonly id: string; readonly kind: string; readonly title: string; readonly detail: string }; readonly sla?: { readonly reason?: string }; readonly flags?: readonly string[];
  readonly mergedInto?: string | null; readonly splitFrom?: string | null;
}

export interface Factor { readonly name: string; readonly value: string; readonly source: string; readonly observedAt: string; readonly contribution: number }
export interface Counterfactual { readonly factor: string; readonly text: string; readonly score: number; readonly band: Band }
export interface Ssvc { readonly decision: string; readonly path?: readonly string[] }
export interface Explanation {
  readonly score: number; readonly band: Band; readonly formulaVersion: string; readonly factors: readonly Factor[];
  readonly ssvc: Ssvc | null; readonly ssvcNote?: string | null; readonly counterfactuals: readonly Counterfactual[];
}

/** `cause`: a word for where it came from; `finding`: the one it was merged into or split from. */
export interface HistoryEntry { readonly at: string; readonly who: string; readonly what: string; readonly why: string; readonly scan: string | null; readonly cause: string; readonly finding: string | null }

export interface Observation {
  readonly id: string; readonly tool: string; readonly rule: string; readonly severityOriginal: string; readonly severity: string;
  readonly title: string; readonly description: string; readonly location: Location | null; readonly component: Component | null;
  readonly version: string; readonly scan: string; readonly firstSeen: string; readonly lastSeen: string;
  readonly codeFlow: readonly { readonly path: string; readonly line: number; readonly message: string }[];
  readonly facts: Readonly<Record<string, string>>;
}

export interface TraceNode { readonly urn: string; readonly kind: NodeKind; readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }
export interface TraceLink {
  readonly from: string; readonly to: string; readonly kind: string; readonly method: string; readonly verified: boolean;
  readonly confidence: number; readonly evidence: unknown; readonly validFrom: string | null; readonly validTo: string | null;
}
/** `share`: of the assets of its kind, how many miss the same hop. */
export interface TraceGap { readonly hop: string; readonly reason: string; readonly remedy: string; readonly asset?: string; readonly share?: number | null }
export interface Trace {
  readonly nodes: readonly TraceNode[]; readonly links: readonly TraceLink[]; readonly paths: readonly (readonly string[])[];
  readonly gaps: readonly TraceGap[]; readonly exposure: Exposure; readonly owner: string | null;
  /** Caps were reached: more exists than is drawn. */
  readonly partial?: boolean;
}
export type Direction = 'forward' | 'backward';

export interface FunnelStep { readonly name: string; readonly count: number; readonly unknown: number }
export interface Funnel { readonly at: string; readonly steps: readonly FunnelStep[]; readonly coverage: Readonly<Record<string, number | null>>; readonly dataAsOf?: string | null }

export interface ScanCounts {
  readonly reported: number; readonly observed: number; readonly quarantined: number; readonly new: number; readonly changed: number;
  readonly unchanged: number; readonly reopened: number; readonly merged: number; readonly absent: number; readonly fixed: number;
}
export interface Scan {
  readonly id: string; readonly status: ScanStatus; readonly duplicateOf?: string | null; readonly tool: string; readonly format: string;
  readonly target: Readonly<Record<string, unknown>> | string; readonly coverage: Coverage; readonly counts: ScanCounts;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly position?: string }[];
  readonly timings: Readonly<Record<string, string | number | null>>; readonly fileName?: string; readonly receivedAt?: string;
}

export interface ConnectorProblem { readonly at: string; readonly code: string; readonly text: string; readonly scope: string; readonly remedy: string }
export interface Connector {
  readonly id: string; readonly kind: string; readonly version: string; readonly config: Readonly<Record<string, unknown>>;
  /** Names of the secrets that are stored; their values are never given out. */
  readonly secrets: readonly string[];
  /** Of the pull: idle, running, waiting; empty for what is only listened to. */
  readonly state: string; readonly pages: number; readonly waitsUntil: string | null;
  readonly lastSuccess: string | null; readonly nextRun: string | null; readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly ConnectorProblem[]; readonly gaps: readonly ConnectorProblem[]; readonly webhook: string;
  readonly updatedBy: string; readonly updatedAt: string;
}
export interface DeadLetter {
  readonly id: string; readonly at: string; readonly step: string; readonly reason: string; readonly code: string;
  readonly topic: string; readonly scan: string | null; readonly position: string;
}
/** A node as a list of assets shows it. */
export interface Asset { readonly urn: string; readonly kind: string; readonly name: string; readonly attributes?: Readonly<Record<string, unknown>> }
export interface Durable { readonly slug: string; readonly name?: string; readonly [key: string]: unknown }
export interface Ticket {
  readonly id: string; readonly fixId: string; readonly team: string; readonly destination: string; readonly status: string;
  readonly url: string | null; readonly key?: string; readonly externalKey?: string | null; readonly findings: readonly string[]; readonly lastSync: string | null; readonly lastError: string | null;
}
export interface Fix { readonly id: string; readonly kind: string; readonly title: string; readonly detail: string; readonly findings: readonly string[]; readonly ticket: TicketRef | string | null }
export interface Issue { readonly id: string; readonly title: string; readonly findings: readonly string[]; readonly members?: readonly Finding[] }
export interface ApiToken { readonly id: string; readonly name: string; readonly role: string; readonly createdAt: string; readonly lastFour?: string; readonly revokedAt?: string | null; readonly lastUsedAt?: string | null; readonly expiresAt?: string | null }
