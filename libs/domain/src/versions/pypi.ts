import { compareDigits, compareLists, compareText, isDigits, sign, type Comparison, type VersionOrder } from './order.js';

interface PypiVersion {
  readonly epoch: string;
  readonly release: readonly string[];
  /** Letter and number; undefined when it has none. */
  readonly pre: readonly [letter: string, number: string] | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

/** PEP 440, Appendix B, with its normalizations: `v` in front, `c`, `pre`, `preview` for `rc`, `rev`, `r` or `-1` for post-releases. */
const GRAMMAR = new RegExp([
  '^v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)',
  '(?:[-_.]?(?<letter>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pre>\\d*))?',
  '(?<post>-(?<implicit>\\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\\d*))?',
  '(?<dev>[-_.]?dev[-_.]?(?<devNumber>\\d*))?',
  '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
].join(''));

const LETTER: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', c: 'rc', pre: 'rc', preview: 'rc' };

function parse(text: string): PypiVersion | undefined {
  const groups = GRAMMAR.exec(text.trim().toLowerCase())?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (groups === undefined) return undefined;
  const { letter } = groups;
  return {
    epoch: groups['epoch'] ?? '0', release: (groups['release'] ?? '').split('.'),
    pre: letter === undefined ? undefined : [LETTER[letter] ?? letter, groups['pre'] || '0'],
    post: groups['post'] === undefined ? undefined : groups['implicit'] ?? (groups['postNumber'] || '0'),
    dev: groups['dev'] === undefined ? undefined : groups['devNumber'] || '0',
    local: groups['local']?.split(/[-_.]/) ?? [],
  };
}

/**
 * Where a version stands among those with its release number: a development release alone before every pre-release, then
 * pre-releases, then the release (and its post-releases).
 */
const phase = ({ pre, post, dev }: PypiVersion): number => (pre !== undefined ? 1 : post === undefined && dev !== undefined ? 0 : 2);

/** Absent before or after every number. */
function optional(a: string | undefined, b: string | undefined, absent: 'first' | 'last'): Comparison {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  if (a === b) return 0;
  return (a === undefined) === (absent === 'first') ? -1 : 1;
}

function compareLocal(a: string | undefined, b: string | undefined): Comparison {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (isDigits(a) !== isDigits(b)) return isDigits(a) ? 1 : -1;
  return isDigits(a) ? compareDigits(a, b) : compareText(a, b);
}

/** Python packages: PEP 440, "Summary of permitted suffixes and relative ordering". */
export const pypiOrder: VersionOrder<PypiVersion> = {
  parse,
  compare: (a, b) => compareDigits(a.epoch, b.epoch)
    || compareLists(a.release, b.release, '0', compareDigits)
    || sign(phase(a) - phase(b))
    || compareText(a.pre?.[0] ?? '', b.pre?.[0] ?? '') || compareDigits(a.pre?.[1] ?? '', b.pre?.[1] ?? '')
    || optional(a.post, b.post, 'first') || optional(a.dev, b.dev, 'last')
    || compareLists<string | undefined>(a.local, b.local, undefined, compareLocal),
};
