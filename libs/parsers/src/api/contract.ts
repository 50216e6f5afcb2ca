import type { FindingClass, Severity } from '@throughline/domain';
import type { FindingDraft } from '@throughline/contracts';

export type { CodeLocation, Component, CvssScore, FindingDraft, FlowStep, RuleRef, SecretRef, Suppression } from '@throughline/contracts';

/**
 * A scanner's report as parsers see it: bytes that can be read more than once, and a name that is text only. Parsers
 * do no I/O of their own; whoever calls them decides where the bytes lie.
 */
export interface Report {
  /** Opens the plain bytes from the start. A parser may call it twice: a first pass for metadata, a second for results. */
  open(): AsyncIterable<Uint8Array>;
  /** As the upload said; never a path to open. */
  readonly fileName: string;
}

/** Keyed hash of a secret (HMAC-SHA-256 of its SHA-1, hex) and the version of the key it was made with. */
export interface SecretHash {
  readonly hash: string;
  readonly keyVersion: number;
}

export interface ParseContext {
  /**
   * Identity of a secret under the tenant's key: the keyed hash of the lower-case hex SHA-1 of its value. The value
   * itself never leaves the parser.
   */
  readonly hashSecret: (value: string) => SecretHash;
  /** The same identity for tools that give the SHA-1 (40 lower-case hex digits) and not the value. */
  readonly hashSecretSha1: (sha1: string) => SecretHash;
}

/** What the report says of its target; the upload's query outranks it. Absent: the report does not say. */
export interface TargetHints {
  readonly repository?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly image?: string;
  readonly url?: string;
  readonly account?: string;
  readonly category?: string;
}

export interface ReportMeta {
  /** Tool name, lower case; several tools in one report are sorted and joined with '+'. */
  readonly tool: string;
  readonly toolVersion: string;
  /** RFC 3339 UTC time of the scan, as the report says; empty when it does not. */
  readonly scannedAt: string;
  /** Whether the tool says that its run succeeded; null when it says nothing. Decides coverage of an empty report. */
  readonly success: boolean | null;
  /** True when the report itself says that the tool could not look at everything. */
  readonly partial?: boolean;
  readonly hints: TargetHints;
  readonly problems: readonly ReportProblem[];
}

export interface ReportProblem {
  readonly code: string;
  readonly message: string;
  readonly position: string;
}

/** A result that could not be read: set aside with its place in the file, so that it can be replayed. */
export interface QuarantinedResult {
  /** `result <ordinal> at byte <offset>`: where it is in the file. */
  readonly position: string;
  readonly ordinal: number;
  readonly code: string;
  readonly message: string;
  /** The first characters of the result, redacted. */
  readonly excerpt: string;
}

/** Closes a parse; a parse that ends without it was cut off. */
export interface ParseSummary {
  /** Elements that hold results, counted in a pass of its own, before any of them was read. */
  readonly counted: number;
  /** Elements that say that there is no flaw (passed checks, results absent from this run). */
  readonly notFlaws: number;
  /** Results in the file: counted less notFlaws, equal to drafts plus quarantined. */
  readonly reported: number;
  /** Dropped `__proto__`-like keys, stripped NULs, fields cut by rule, redacted secrets. */
  readonly tally: Readonly<ParseTally>;
}

export interface ParseTally {
  droppedKeys: number;
  strippedNuls: number;
  cutFields: number;
  redacted: number;
}

/** What a parser yields: one meta, then drafts and quarantined results in the order of the file, then one end. */
export type ParsedItem =
  | { readonly kind: 'meta'; readonly meta: ReportMeta }
  | { readonly kind: 'draft'; readonly draft: FindingDraft }
  | { readonly kind: 'quarantined'; readonly quarantined: QuarantinedResult }
  | { readonly kind: 'end'; readonly summary: ParseSummary };

/** How a parser was checked: against a scanner that we ran, or a sample that somebody published. */
export interface Verification {
  readonly tool: string;
  readonly version: string;
  readonly by: 'real-output' | 'published-sample';
}

export interface ParserDescriptor {
  /** Id of the format, as in `POST /v1/scans?format=`; the name of the folder. */
  readonly id: string;
  readonly name: string;
  /** Tool that writes the format; empty when the report names it (SARIF). */
  readonly tool: string;
  readonly classes: readonly FindingClass[];
  readonly syntax: readonly ('json' | 'xml')[];
  /** Paths of the elements that hold results, as the splitters and the conformance kit read them. */
  readonly elements: readonly string[];
  /** Versions or shapes of the format that are read. */
  readonly versions: readonly string[];
  /** The tool's words to ours; words are compared in lower case. */
  readonly severityMap: Readonly<Record<string, Severity>>;
  /** Which fields tell one flaw from another, strongest first; the version rises when the recipe changes. */
  readonly identityRecipe: { readonly version: number; readonly keys: readonly string[] };
  readonly verified: readonly Verification[];
  /** How to make the tool write this format. */
  readonly produce: string;
}

export interface Parser extends ParserDescriptor {
  /**
   * How sure the parser is that the file is its own, 0 to 1, from the first bytes and the name. Above 0.8 only with
   * proof in the content: a name alone never passes 0.6.
   */
  detect(head: Uint8Array, fileName: string): number;
  /** Throws ReportError when the report as a whole cannot be read; a bad result is yielded as quarantined. */
  parse(report: Report, context: ParseContext): AsyncIterable<ParsedItem>;
}
