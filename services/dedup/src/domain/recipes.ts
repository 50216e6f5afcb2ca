/** What a recipe declares of itself: shown by the API, printed into docs/reference/recipes.md, and compared with the code by a spec. */
export interface RecipeDeclaration {
  readonly id: string;
  readonly version: number;
  /** Classes of findings it is asked for; empty: of all. */
  readonly classes: readonly string[];
  /** How it works: `key` recipes give strong keys, `match` recipes compare results that no key knows, `people` keeps their word. */
  readonly kind: 'key' | 'match' | 'people';
  readonly purpose: string;
  /** Each strong key, or each reason for a join, in order of precedence. */
  readonly madeOf: readonly string[];
  readonly equalResults: string;
  readonly source: string;
  readonly failureModes: readonly string[];
}

const CODE_CLASSES = ['sast', 'iac', 'secrets', 'sca', 'container', 'dast', 'cspm'];

const KEY_RECIPES: readonly RecipeDeclaration[] = [
  {
    id: 'package', version: 1, classes: ['sca', 'container'], kind: 'key',
    purpose: 'A known flaw in a package of an asset, whatever tool, file or image layer shows it.',
    madeOf: [
      'alias: asset, package URL without version, qualifiers and sub-path (without a URL the name), and one id that the result names: one key for each',
      'feed: the same with the id that stands for the alias set of those ids, where a feed knows one',
    ],
    equalResults: 'occurrences of one finding: the same package in two lock files is upgraded once',
    source: 'package-url specification; OSV schema (`aliases` name the same vulnerability, `related` and `upstream` do not)',
    failureModes: [
      'two tools name the package differently (source and binary package of a distribution): two findings',
      'a result bundles several CVEs (RHSA, DSA, USN, ALAS): such advisories are no keys, and several CVEs are no aliases of each other',
      'neither a feed nor a result names both ids: two findings until a feed does, then they are merged, and split again when it withdraws',
      'two majors of a package in one asset are one finding: what is open is told by its occurrences',
    ],
  },
  {
    id: 'secret', version: 2, classes: ['secrets', 'sast'], kind: 'key',
    purpose: 'A secret is its value, wherever it lies and whatever rule found it.',
    madeOf: ['value: asset, version of the tenant\'s key, and the keyed hash (HMAC) of the SHA-1 of the value'],
    equalResults: 'occurrences of one finding: the same value in five files is rotated once',
    source: 'RFC 2104 (HMAC); detect-secrets and Checkov report SHA-1 of the value, which is why the hash is over that',
    failureModes: [
      'a tool masks the value: the code recipe applies, and the finding is one of that tool',
      'two tools cut the value differently out of the line: two values; correlation joins them where columns overlap',
      'the tenant\'s key is rotated: new hashes, until the next scan of each place',
    ],
  },
  {
    id: 'web', version: 1, classes: ['dast'], kind: 'key',
    purpose: 'A flaw that a running application shows at a route.',
    madeOf: ['route: asset, tool, rule, method, route template (ids in the path masked, no query), parameter'],
    equalResults: 'occurrences of one finding: requests to one route with other ids',
    source: 'RFC 3986 (parts of a URL); OWASP ZAP and Nuclei report formats',
    failureModes: [
      'a path segment that is an id and looks like a word (`/users/alice`): a finding each',
      'a router that serves different code for one template: one finding',
      'two tools meet by correlation only, since their rules have no common names',
    ],
  },
  {
    id: 'resource', version: 1, classes: ['iac', 'cspm'], kind: 'key',
    purpose: 'A control that a resource fails, in code or in the cloud.',
    madeOf: ['resource: asset, tool, rule, resource address or ARN, file'],
    equalResults: 'occurrences of one finding',
    source: 'Terraform resource addresses; AWS ARN format',
    failureModes: [
      'a resource that is renamed is another one, unless drift finds it by its place and code',
      'a control that two tools name differently: two findings, until correlation maps both to one canonical control',
    ],
  },
  {
    id: 'code', version: 1, classes: CODE_CLASSES, kind: 'key',
    purpose: 'A flaw in a file by one tool and rule; takes whatever the recipes above cannot.',
    madeOf: [
      'content: asset, tool, rule, path, symbol, code without white space, and an ordinal among equals',
      'native: asset, tool, rule, path and the tool\'s fingerprint, where that is known to hold no line number; without code any fingerprint',
      'place: asset, tool, rule, path, symbol and an ordinal, where there is neither code nor a fingerprint',
    ],
    equalResults: 'as many findings: three equal flaws in a file are three, in order of line',
    source: 'SARIF 2.1.0 §3.27.17 (partialFingerprints are stable under edits elsewhere in the file); no line or column is in any key',
    failureModes: [
      'the file moves or the flagged line is edited: keys change, drift tracking decides',
      'of equal flaws without code the first to go takes the place of the others (the count stays right)',
      'a fingerprint that a tool computes over line numbers identifies nothing and is left out where there is code',
    ],
  },
];

const MATCH_RECIPES: readonly RecipeDeclaration[] = [
  {
    id: 'drift', version: 1, classes: [], kind: 'match',
    purpose: 'Results that no key knows, against results of the same stream that the scan no longer shows: a finding that moved keeps its id, clock, decisions and ticket.',
    madeOf: [
      'lines inserted or removed above, re-formatting, edits of the flagged line, renamed variables near by',
      'a file renamed or moved, a function moved to another file, a rule renamed by its tool',
      'returned: the finding left this very place, and nothing of the scan shows it',
    ],
    equalResults: 'equals are assigned in order: one assignment over all candidates of a scan (highest total evidence), never first hit',
    source: 'Avgustinov et al., "Tracking Static Analysis Violations Over Time to Capture Developer Characteristics" (ICSE 2015); Li and Yang, "Tracking the Evolution of Static Code Warnings: the State-of-the-Art and a Better Approach" (TSE 2024)',
    failureModes: [
      'two assignments are nearly as likely: a new finding, both sides flagged `identity_ambiguous`',
      'code that is moved and rewritten in one commit: a new finding, the old one awaits verification',
      'partial and failed scans leave nothing over to compare: what they do not show is not gone',
    ],
  },
  {
    id: 'correlation', version: 1, classes: ['sast', 'dast', 'iac', 'cspm', 'secrets'], kind: 'match',
    purpose: 'Results of other rules and tools of the same asset at the same place and of the same kind of flaw.',
    madeOf: [
      'place: the same region, overlapping columns or lines, one statement, a step of the data flow, equal code, the same route and parameter, or the same resource',
      'kind: the intersection of the kinds of flaw that weakness, rule and words name; never a weakness alone',
    ],
    equalResults: 'one rule at two places is two findings; a group never holds two results of one rule unless region and columns are equal, or a secret known by its value stands in both places',
    source: 'MITRE CWE (weaknesses by kind of flaw); CWE view 699 for what a general weakness covers',
    failureModes: [
      'tools that flag different statements of one flaw, far apart: two findings',
      'two flaws of one kind on one line, of which each tool shows another: may be joined; a person splits them, and they stay split',
      'tools that scanned different commits, one of them without code: the same line joins when no other of the kind is near; a flaw mended there and another written on the line in between would hide in it',
      'a result that fits two findings which cannot be one: a new finding, flagged `identity_ambiguous`',
    ],
  },
  {
    id: 'operator', version: 1, classes: [], kind: 'people',
    purpose: 'What a person merged or split; outweighs every other recipe, in later scans, tools and lines.',
    madeOf: ['operator: group and ordinal of each observation that was split off', 'apart: tool and rule of both sides, which correlation never joins again'],
    equalResults: 'as the person said',
    source: 'POST /v1/findings/{id}/merge and /split, each with author and reason in the audit log',
    failureModes: ['a person is wrong: merge and split undo each other'],
  },
];

/** Every recipe, in the order in which they are asked. */
export const RECIPE_DECLARATIONS: readonly RecipeDeclaration[] = [...KEY_RECIPES, ...MATCH_RECIPES];

export const nameOf = ({ id, version }: Pick<RecipeDeclaration, 'id' | 'version'>): string => `${id}/${version}`;
