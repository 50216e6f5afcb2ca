import { compareDigits, sign, type Comparison, type VersionOrder } from './order.js';

interface DebVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const GRAMMAR = /^(?:(?<epoch>\d+):)?(?<upstream>\d(?:[0-9A-Za-z.+~:-]*[0-9A-Za-z.+~:])??)(?:-(?<revision>[0-9A-Za-z.+~]+))?$/;

/** `~` before the end, the end before letters, letters before everything else. */
function rank(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function compareWords(a: string, b: string): Comparison {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = sign(rank(a[index]) - rank(b[index]));
    if (order !== 0) return order;
  }
  return 0;
}

/** Words and numbers in turn, beginning with a word (maybe an empty one). */
function compareParts(a: string, b: string): Comparison {
  const left = a.match(/\D*\d*/g) ?? [];
  const right = b.match(/\D*\d*/g) ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, two] = [left[index] ?? '', right[index] ?? ''];
    const order = compareWords(one.replace(/\d+$/, ''), two.replace(/\d+$/, '')) || compareDigits(/\d*$/.exec(one)?.[0] ?? '', /\d*$/.exec(two)?.[0] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Debian and Ubuntu packages: deb-version(7) of dpkg, and Debian Policy §5.6.12. No revision is revision 0. */
export const debOrder: VersionOrder<DebVersion> = {
  parse(text) {
    const groups = GRAMMAR.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
    if (groups === undefined || (groups['epoch'] === undefined && text.includes(':'))) return undefined;
    return { epoch: groups['epoch'] ?? '0', upstream: groups['upstream'] ?? '', revision: groups['revision'] ?? '0' };
  },
  compare: (a, b) => compareDigits(a.epoch, b.epoch) || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision),
};
