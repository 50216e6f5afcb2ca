/** CIDR arithmetic on IPv4 and IPv6, for the question "who may reach this": no DNS, no sockets. */
export interface Cidr {
  readonly bits: 32 | 128;
  readonly base: bigint;
  readonly prefix: number;
}

export type Audience = 'internet' | 'public-range' | 'private';

const PRIVATE = [
  '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', 'fc00::/7', 'fe80::/10', '::1/128',
];

/** Parses `a.b.c.d[/n]` or `x::y[/n]`; undefined when it is neither. */
export function parseCidr(value: string): Cidr | undefined {
  const [address = '', length] = value.trim().split('/');
  const bits = address.includes(':') ? 128 : 32;
  const number = bits === 128 ? parseV6(address) : parseV4(address);
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (number === undefined || prefix < 0 || prefix > bits) return undefined;
  const host = BigInt(bits - prefix);
  return { bits, base: (number >> host) << host, prefix };
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.bits !== inner.bits || outer.prefix > inner.prefix) return false;
  const host = BigInt(outer.bits - outer.prefix);
  return inner.base >> host === outer.base >> host;
}

/**
 * Who stands behind a range: everyone, a part of the public address space, or private space. Two halves of the
 * internet (`0.0.0.0/1` and `128.0.0.0/1`) are an old trick around a check for `/0`, so that a range of /8 or wider
 * outside private space counts as the internet.
 */
export function audienceOf(value: string): Audience | undefined {
  const cidr = parseCidr(value);
  if (!cidr) return undefined;
  if (PRIVATE_RANGES.some((range) => contains(range, cidr))) return 'private';
  return cidr.prefix <= (cidr.bits === 32 ? 8 : 16) ? 'internet' : 'public-range';
}

function parseV4(address: string): bigint | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(Number(part)), 0n);
}

function parseV6(address: string): bigint | undefined {
  const halves = address.toLowerCase().split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined): string[] => (half ? half.split(':') : []);
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

const PRIVATE_RANGES = PRIVATE.map((range) => parseCidr(range)).filter((range): range is Cidr => range !== undefined);
