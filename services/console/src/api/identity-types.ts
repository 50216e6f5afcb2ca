import type { Component, Location, Observation } from './types.js';

/** Why a result is part of its finding. */
export interface Why {
  readonly rule: string; readonly recipe: string; readonly fields: readonly string[]; readonly confidence: number;
  readonly at: string; readonly by: string; readonly evidence: string; readonly scan: string | null;
}

/** An observation as a run of scans that showed the same. */
export interface SeenObservation extends Observation {
  readonly present: boolean; readonly missedScans: number; readonly line: string; readonly defaultLine: boolean;
  readonly firstScan: string | null; readonly goneScan: string | null; readonly join: Why | null;
}

/** A scan that somebody asked for, and what came of it. */
export interface Rescan { readonly requestedAt: string; readonly by: string; readonly outcome: string }

export interface Observations {
  readonly items: readonly SeenObservation[];
  readonly rescan: Rescan | null; readonly flags: readonly string[];
  /** Findings that might be the same, where the platform did not dare to decide. */
  readonly candidates: readonly { readonly finding: string; readonly flag: string }[];
  readonly decisions: readonly { readonly kind: string; readonly other: string; readonly reason: string; readonly actor: string; readonly decidedAt: string }[];
}

export interface ScanChange {
  readonly kind: string; readonly finding: string; readonly title: string; readonly class: string; readonly severity: string; readonly status: string; readonly statusReason: string;
  readonly mergedInto: string | null; readonly flags: readonly string[]; readonly location: Location | null; readonly component: Component | null;
  readonly identifiers: readonly string[]; readonly rules: readonly { readonly tool: string; readonly id: string }[]; readonly join: Why | null;
}

export interface ScanChanges {
  readonly completed: boolean; readonly decidesAbsence: boolean; readonly counts: Readonly<Record<string, number>>; readonly items: readonly ScanChange[]; readonly next: string | null;
}
