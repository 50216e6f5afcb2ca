import { parseCidr } from './network.js';

/** Sets of addresses, exact to the address, so that "who gets in" is set algebra and not a comparison of prefix lengths. */
interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** Sorted, disjoint intervals of each family. */
export interface RangeSet {
  readonly v4: readonly Interval[];
  readonly v6: readonly Interval[];
}

const MAX = { v4: (1n << 32n) - 1n, v6: (1n << 128n) - 1n } as const;
type Family = keyof typeof MAX;

export const NOBODY: RangeSet = { v4: [], v6: [] };
export const EVERYONE: RangeSet = { v4: [{ low: 0n, high: MAX.v4 }], v6: [{ low: 0n, high: MAX.v6 }] };
export const IPV4_ONLY: RangeSet = { v4: EVERYONE.v4, v6: [] };

/** The set of some ranges, and those among them that cannot be read. */
export function rangeSet(ranges: readonly string[]): { readonly set: RangeSet; readonly unreadable: readonly string[] } {
  const found: Record<Family, Interval[]> = { v4: [], v6: [] };
  const unreadable: string[] = [];
  for (const range of ranges) {
    const cidr = parseCidr(range);
    if (cidr) found[cidr.bits === 32 ? 'v4' : 'v6'].push({ low: cidr.base, high: cidr.base + (1n << BigInt(cidr.bits - cidr.prefix)) - 1n });
    else unreadable.push(range);
  }
  return { set: { v4: merged(found.v4), v6: merged(found.v6) }, unreadable };
}

export const union = (a: RangeSet, b: RangeSet): RangeSet => ({ v4: merged([...a.v4, ...b.v4]), v6: merged([...a.v6, ...b.v6]) });

export const intersection = (a: RangeSet, b: RangeSet): RangeSet => ({ v4: common(a.v4, b.v4), v6: common(a.v6, b.v6) });

export const difference = (a: RangeSet, b: RangeSet): RangeSet => ({ v4: common(a.v4, complement(b.v4, MAX.v4)), v6: common(a.v6, complement(b.v6, MAX.v6)) });

export const isEmpty = (set: RangeSet): boolean => set.v4.length === 0 && set.v6.length === 0;

function merged(intervals: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (const item of [...intervals].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))) {
    const last = found.at(-1);
    if (last && item.low <= last.high + 1n) found[found.length - 1] = { low: last.low, high: item.high > last.high ? item.high : last.high };
    else found.push(item);
  }
  return found;
}

function common(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const found: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i] as Interval, b[j] as Interval];
    const low = x.low > y.low ? x.low : y.low;
    const high = x.high < y.high ? x.high : y.high;
    if (low <= high) found.push({ low, high });
    if (x.high < y.high) i += 1;
    else j += 1;
  }
  return found;
}

function complement(intervals: readonly Interval[], max: bigint): Interval[] {
  const found: Interval[] = [];
  let next = 0n;
  for (const { low, high } of intervals) {
    if (low > next) found.push({ low: next, high: low - 1n });
    next = high + 1n;
  }
  return next <= max ? [...found, { low: next, high: max }] : found;
}

/** Addresses that no router of the internet forwards: private, shared, loopback, link-local. */
export const PRIVATE: RangeSet = rangeSet([
  '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', 'fc00::/7', 'fe80::/10', '::1/128',
]).set;

export type Audience = 'nobody' | 'private' | 'public-range' | 'internet';

/** From this size on a part of the public address space counts as all of it: no organization has a /8, or an IPv6 /16, for itself. */
const INTERNET_SIZE = { v4: 1n << 24n, v6: 1n << 112n } as const;

/**
 * Who stands behind a set: everyone, a part of the public address space, private space, nobody. It is the sum that
 * counts, so that the internet in pieces (`0.0.0.0/1` and `128.0.0.0/1`, or a thousand /16) is still the internet.
 */
export function audienceOf(set: RangeSet): Audience {
  const open = difference(set, PRIVATE);
  const size = (family: Family): bigint => open[family].reduce((sum, item) => sum + item.high - item.low + 1n, 0n);
  if (size('v4') >= INTERNET_SIZE.v4 || size('v6') >= INTERNET_SIZE.v6) return 'internet';
  if (!isEmpty(open)) return 'public-range';
  return isEmpty(set) ? 'nobody' : 'private';
}

/** The public part of a set as ranges, at most so many. */
export function publicRanges(set: RangeSet, limit: number): string[] {
  const open = difference(set, PRIVATE);
  return [...cidrsOf(open.v4, 32, limit), ...cidrsOf(open.v6, 128, limit)].slice(0, limit);
}

function cidrsOf(intervals: readonly Interval[], bits: 32 | 128, limit: number): string[] {
  const found: string[] = [];
  for (const { low, high } of intervals) {
    for (let at = low; at <= high && found.length < limit;) {
      let host = 0n;
      while (host < BigInt(bits) && (at >> host) % 2n === 0n && at + (1n << (host + 1n)) - 1n <= high) host += 1n;
      found.push(`${bits === 32 ? textV4(at) : textV6(at)}/${BigInt(bits) - host}`);
      at += 1n << host;
    }
  }
  return found;
}

const textV4 = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join('.');

/** Groups without leading zeros; the longest run of zeros (of two or more) as `::`. */
function textV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  const runs = [...groups.map((group) => (group === '0' ? '0' : 'x')).join('').matchAll(/0{2,}/g)].sort((a, b) => b[0].length - a[0].length);
  const [run] = runs;
  if (!run) return groups.join(':');
  return `${groups.slice(0, run.index).join(':')}::${groups.slice(run.index + run[0].length).join(':')}`;
}
