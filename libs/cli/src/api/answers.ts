/** What the platform answers, as far as the program reads it. */
export interface List<T> { readonly items: readonly T[]; readonly next: string | null }

export interface Receipt {
  readonly id: string;
  readonly status: string;
  readonly duplicateOf?: string;
  readonly tool?: string;
  readonly format?: string;
  readonly coverage?: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly problems?: readonly { readonly code: string; readonly message: string; readonly position: string }[];
}

export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly class: string;
  readonly status: string;
  readonly decision: string | null;
  readonly severity: string;
  readonly score: number;
  readonly band: string;
  readonly identifiers: readonly (string | { readonly value?: string; readonly id?: string })[];
  readonly component: { readonly purl: string; readonly fixedVersions: readonly string[] } | null;
  readonly location: { readonly path?: string; readonly startLine?: number | null; readonly url?: string; readonly resource?: string } | null;
  readonly repository: string;
  readonly service: string;
  readonly team: string;
  readonly asset: string;
  readonly deployed: string;
  readonly exposed: string;
  readonly exposure: string;
  readonly dueAt: string | null;
}

export interface Explanation {
  readonly score: number;
  readonly band: string;
  readonly formulaVersion: string;
  readonly summary?: string;
  readonly factors: readonly { readonly name: string; readonly value: string; readonly source: string; readonly observedAt: string | null; readonly contribution: number }[];
  readonly ssvc: { readonly decision: string } | null;
  readonly ssvcNote?: string | null;
  readonly counterfactuals: readonly { readonly text: string; readonly delta: number }[];
}

export interface TraceNode { readonly urn: string; readonly kind: string; readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }
export interface TraceLink {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly method: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly validFrom: string;
  readonly validTo: string | null;
}
export interface Trace {
  readonly from: string;
  readonly direction: string;
  readonly at: string;
  readonly nodes: readonly TraceNode[];
  readonly links: readonly TraceLink[];
  readonly gaps: readonly { readonly hop: string; readonly reason: string; readonly remedy: string; readonly asset?: string }[];
  readonly exposure: string;
  readonly owner: string | null;
  readonly partial?: boolean;
}

export interface Verdict {
  readonly verdict: 'pass' | 'warn' | 'block' | 'pending';
  readonly reasons: readonly { readonly finding: string; readonly title?: string; readonly rule: string; readonly effect?: string; readonly score?: number; readonly band?: string; readonly owner: string; readonly fix: string; readonly howToRequestException: string }[];
  readonly policyVersion: string;
}

export interface FactsTaken { readonly facts: number; readonly announced: number; readonly repeated: boolean; readonly flags: readonly { readonly fact: number; readonly code: string }[] }

export interface Recipe {
  readonly name: string;
  readonly classes: readonly string[];
  readonly purpose: string;
}

export interface RecipeRun {
  readonly id: string;
  readonly kind: 'dry-run' | 'apply';
  readonly state: 'running' | 'done';
  readonly examined: number;
  readonly merges: number;
  readonly splits: number;
  readonly unchanged: number;
  readonly ambiguous: number;
  readonly examples: readonly {
    readonly kind: 'merge' | 'split';
    readonly findings: readonly { readonly id: string; readonly title: string }[];
    readonly why: { readonly rule: string; readonly recipe: string; readonly fields: readonly string[]; readonly confidence: number };
  }[];
}
