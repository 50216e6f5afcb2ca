import type { EvidenceState } from '@throughline/domain';
import type { Content } from './content.js';
import type { Near } from './near/near.js';
import type { Fingerprint } from './identity/index.js';

/** A scope of scans: asset, path, tool, category and line. Scans of one scope supersede each other by sequence. */
export interface Scope {
  readonly scopeId: string;
  /** The name as scan headers and finding records spell it. */
  readonly name: string;
  readonly line: string;
  readonly defaultLine: boolean;
  /** Version scanned by the newest scan of the scope. */
  readonly version: string;
  /** Receive time of that scan. */
  readonly at: string;
}

/** One occurrence of a finding in one scope: a run of scans in which it showed the same content. */
export interface Occurrence {
  /** Unique within the scope; what memberships of scans hold. */
  readonly id: string;
  readonly scopeId: string;
  readonly group: Fingerprint;
  readonly ordinal: number;
  readonly findingId: string;
  readonly contentHash: Fingerprint;
  /** Sequence of the scan that first showed this content. */
  readonly sequence: number;
  /** Complete scans in a row that missed it; 0 while it is present. */
  readonly absences: number;
  /** The scan that showed it first: no scan before it did. */
  readonly firstSequence: number;
  /** The scan that showed it first since it was last missed. */
  readonly sinceSequence: number;
  /** The first complete scan that missed it; null while it is present. */
  readonly goneSequence: number | null;
  /** First line where it was last shown, 0 unknown: orders equals, never identifies. */
  readonly line: number;
}

/** An occurrence with all that is needed to tell its finding's state. */
export interface FullOccurrence extends Occurrence {
  readonly content: Content;
  readonly scope: Scope;
  readonly firstSeen: string;
  /** When and in which version it was last shown; empty while it is present. */
  readonly lastSeen: string;
  readonly lastVersion: string;
  readonly near: Near;
  /** Missed by a complete scan that somebody asked for. */
  readonly verified?: boolean;
}

/** A finding as dedup keeps it; its fields for readers are composed from its occurrences. */
export interface Finding {
  readonly findingId: string;
  readonly tenantId: string;
  readonly assetId: string;
  readonly class: string;
  readonly status: EvidenceState;
  readonly statusReason: string;
  readonly statusSince: string;
  readonly regressions: number;
  readonly version: number;
  readonly issueId: string;
  /** Shown on the default line at least once: from then on branches neither move nor describe it. */
  readonly onDefault: boolean;
  readonly baseline: boolean;
  readonly firstSeen: string;
  readonly flags: readonly string[];
  /** Running versions of the asset that a complete scan showed without the flaw. */
  readonly absentIn: readonly string[];
  /** Open only because a version that shows it still runs. */
  readonly awaitsRollOut: boolean;
  readonly keys: readonly Fingerprint[];
  /** `tool|rule` of observations that an operator split off: correlation never joins them again. */
  readonly apart: readonly string[];
  /** Ids of the same flaw that feeds give and no result of it names. */
  readonly aliases: readonly string[];
  /** The finding that took over its observations; '' while it has its own. */
  readonly mergedInto: string;
  /** The finding that its observations were part of before they were split off; ''. */
  readonly splitFrom: string;
}

/** Asset as named in URNs, and the group of assets of the same code that issues are counted in. */
export interface Asset {
  readonly assetId: string;
  readonly urn: string;
  readonly lineageRoot: string;
  /** URNs of its versions that run somewhere. */
  readonly running: readonly string[];
  /** The name under which its streams and scopes began: its own, unless it moved. */
  readonly origin: string;
  /** Since when the chain says that it is no more; empty while it lives. */
  readonly decommissionedAt: string;
}
