import type { Instruction } from './instructions.js';

/** How far a layer history is the making that a Dockerfile describes. */
export interface Similarity {
  /** 0 to 1: weighted share of both that is one common sequence. */
  readonly score: number;
  readonly matched: number;
  readonly total: number;
  /** Whether something that matched is this Dockerfile's own rather than what every second one says. */
  readonly telling: boolean;
}

const WEIGHT: Readonly<Record<string, number>> = { RUN: 3, COPY: 3, ADD: 3, ENTRYPOINT: 3, CMD: 2 };
const weightOf = (item: Instruction): number => WEIGHT[item.word] ?? 1;

/** What stands in thousands of Dockerfiles says nothing of whose image it is. */
const COMMON = [
  /^(COPY|ADD) (\.|\.\/) \S{1,12}$/, /^(COPY|ADD) (package\S*\.json|requirements\S*\.txt|go\.(mod|sum)|pom\.xml|yarn\.lock|Gemfile\S*)( \S+){0,3}$/,
  /^RUN (npm (ci|install|run build)|yarn( install| build)?|pnpm \S+|pip3? install \S{0,20}( -r requirements\S*\.txt)?|go (mod download|build \S{0,12})|apt-get update|apk add --no-cache \S{1,20}|mkdir -p \S+)( --\S+)*$/,
  /^(CMD|ENTRYPOINT) (npm( run)? start|node (server|index|app|main)\.js|python3? (app|main|server)\.py|bash|sh|\/bin\/(ba)?sh|java -jar \/?app\.jar)$/,
];
const SPECIFIC: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'ENTRYPOINT', 'CMD']);

/** Whether an instruction tells repositories apart; only such ones are looked up by. */
export function isTelling(item: Instruction): boolean {
  const line = `${item.word} ${item.text}`;
  return SPECIFIC.has(item.word) && item.text.length >= 8 && !COMMON.some((pattern) => pattern.test(line));
}

/**
 * Longest common sequence, weighted, against the Dockerfile's length and the part of the history since it begins to
 * match: what lies below is the base image's, what lies above would be somebody else's who built upon this.
 */
export function similarity(dockerfile: readonly Instruction[], history: readonly Instruction[]): Similarity {
  const pairs = commonSequence(dockerfile, history);
  const first = pairs[0];
  const total = dockerfile.reduce((sum, item) => sum + weightOf(item), 0);
  if (!first || total === 0) return { score: 0, matched: 0, total: dockerfile.length, telling: false };
  const above = history.slice(first.history).reduce((sum, item) => sum + weightOf(item), 0);
  const common = pairs.reduce((sum, pair) => sum + weightOf(dockerfile[pair.dockerfile] as Instruction), 0);
  return { score: (2 * common) / (total + above), matched: pairs.length, total: dockerfile.length, telling: pairs.some((pair) => isTelling(dockerfile[pair.dockerfile] as Instruction)) };
}

interface Pair {
  readonly dockerfile: number;
  readonly history: number;
}

/** Of equal sequences the latest in the history: a base image may say some of the same before. */
function commonSequence(left: readonly Instruction[], right: readonly Instruction[]): Pair[] {
  const best = Array.from({ length: left.length + 1 }, () => new Float64Array(right.length + 1));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let i = 1; i <= left.length; i += 1) {
    for (let j = 1; j <= right.length; j += 1) {
      const [a, b] = [left[i - 1] as Instruction, right[j - 1] as Instruction];
      const row = best[i] as Float64Array;
      row[j] = a.word === b.word && a.text === b.text ? at(i - 1, j - 1) + weightOf(a) : Math.max(at(i - 1, j), at(i, j - 1));
    }
  }
  const pairs: Pair[] = [];
  for (let i = left.length, j = right.length; i > 0 && j > 0;) {
    const [a, b] = [left[i - 1] as Instruction, right[j - 1] as Instruction];
    if (a.word === b.word && a.text === b.text) pairs.unshift({ dockerfile: (i -= 1), history: (j -= 1) });
    else if (at(i - 1, j) >= at(i, j - 1)) i -= 1;
    else j -= 1;
  }
  return pairs;
}
