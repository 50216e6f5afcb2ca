/** A range of IPv4 or IPv6 addresses. */
export interface Cidr {
  readonly bits: 32 | 128;
  readonly base: bigint;
  readonly prefix: number;
}

/** Parses `a.b.c.d[/n]` or `x::y[/n]`; undefined when it is neither. */
export function parseCidr(value: string): Cidr | undefined {
  const [address = '', length, ...rest] = value.trim().split('/');
  const bits = address.includes(':') ? 128 : 32;
  const number = bits === 128 ? parseV6(address) : parseV4(address);
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (number === undefined || rest.length > 0 || prefix < 0 || prefix > bits) return undefined;
  const host = BigInt(bits - prefix);
  return { bits, base: (number >> host) << host, prefix };
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
