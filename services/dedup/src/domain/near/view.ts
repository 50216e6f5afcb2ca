/**
 * What matching by nearness sees of a result: of a draft that no key knows, or of an occurrence that is stored. Two
 * results are compared by views only, so that drift and correlation are pure functions of what results show.
 */
export interface View {
  /** Unique among the views of one question. */
  readonly id: string;
  readonly class: string;
  readonly tool: string;
  readonly rule: string;
  /** Name and title of the rule's result: words that say what kind of flaw it is. */
  readonly ruleName: string;
  readonly title: string;
  /** CWE-<n>. */
  readonly weaknesses: readonly string[];
  /** As `repositoryPath` normalizes it; '' when the result is about no file. */
  readonly path: string;
  /** 1-based; 0 when unknown. */
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** The flagged lines as the tool gave them; '' when it gave none. */
  readonly snippet: string;
  readonly symbol: string;
  /** `name=value` of a tool's fingerprint that does not depend on lines; '' when there is none. */
  readonly native: string;
  /** Places of the data flow, source to sink. */
  readonly flow: readonly { readonly path: string; readonly line: number }[];
  readonly url: string;
  readonly method: string;
  readonly parameter: string;
  readonly resource: string;
  /** Keyed hash of a secret's value; '' when unknown. */
  readonly secret: string;
  /** URN of the version of the asset that was scanned: lines of two views compare only within one version. */
  readonly version: string;
}

/** That a result is a finding, and why: kept with the join, shown to people, undone by them. */
export interface Join {
  /** Stable word of the rule that joined them, e.g. `same-lines`, `edited`, `moved-file`. */
  readonly rule: string;
  /** What agreed: names of the fields of the view. */
  readonly fields: readonly string[];
  /** 0 to 1: how sure; joins of strong keys are 1. */
  readonly confidence: number;
  /** The rule's recipe and version, e.g. `drift/1`. */
  readonly recipe: string;
}
