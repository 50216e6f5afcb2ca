import { compareDigits, compareLists, sign, type Comparison, type VersionOrder } from './order.js';

interface ComposerVersion {
  readonly numbers: readonly string[];
  readonly stability: number;
  /** `beta.2`: of the stability. */
  readonly counts: readonly string[];
  /** `-dev`: before what it is a development version of. */
  readonly dev: boolean;
}

const STABILITIES = ['alpha', 'beta', 'rc', '', 'patch'];
const STABLE = STABILITIES.indexOf('');
const ALIASES: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', p: 'patch', pl: 'patch', stable: '' };

const GRAMMAR = /^v?(?<numbers>\d+(?:\.\d+){0,3})(?:[._-]?(?<word>stable|beta|b|rc|alpha|a|patch|pl|p)(?<counts>(?:[.-]?\d+)*))?(?<dev>[.-]?dev)?(?:\+\S+)?$/i;

function parse(text: string): ComposerVersion | undefined {
  const groups = GRAMMAR.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (groups === undefined) return undefined;
  const word = groups['word']?.toLowerCase() ?? '';
  return {
    numbers: (groups['numbers'] ?? '').split('.'), stability: STABILITIES.indexOf(ALIASES[word] ?? word),
    counts: groups['counts']?.match(/\d+/g) ?? [], dev: groups['dev'] !== undefined,
  };
}

/** `-dev` of a release comes before its alphas, of a pre-release just before it. */
const rank = ({ stability, dev }: ComposerVersion): number => (dev && stability === STABLE ? -1 : stability);

/** More numbers come later, as PHP's version_compare has it: `beta` before `beta0`. */
function compareCounts(a: string | undefined, b: string | undefined): Comparison {
  return a !== undefined && b !== undefined ? compareDigits(a, b) : sign(Number(a !== undefined) - Number(b !== undefined));
}

/**
 * Composer (getcomposer.org/doc/articles/versions.md): up to four numbers, then a stability: dev, alpha, beta, RC, stable,
 * patch. Branches (`dev-main`, `1.x-dev`) have no order.
 */
export const composerOrder: VersionOrder<ComposerVersion> = {
  parse,
  compare: (a, b) => compareLists(a.numbers, b.numbers, '0', compareDigits)
    || sign(rank(a) - rank(b)) || compareLists<string | undefined>(a.counts, b.counts, undefined, compareCounts) || sign(Number(b.dev) - Number(a.dev)),
};
