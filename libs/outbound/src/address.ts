import { BlockList, isIP, isIPv4 } from 'node:net';

/** Networks that are not the public internet (IANA special-purpose registries, RFC 6890 and its updates). */
const SPECIAL = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) SPECIAL.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128], ['::1', 128], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8],
] as const) SPECIAL.addSubnet(network, prefix, 'ipv6');

/** True for an address on the public internet; IPv4 inside IPv6 is judged as IPv4. Nonsense is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv4(address)) return !SPECIAL.check(address, 'ipv4');
  // URL parsing writes ::ffff:127.0.0.1 as ::ffff:7f00:1, so both spellings are expanded through it.
  const host = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
    return isPublicAddress(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
  }
  return !SPECIAL.check(host, 'ipv6');
}

/** Loopback and private networks: where an installation's own systems are. Link-local is not among them: clouds answer there with credentials. */
const OWN = new BlockList();
for (const [network, prefix] of [['10.0.0.0', 8], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) OWN.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [['::1', 128], ['fc00::', 7]] as const) OWN.addSubnet(network, prefix, 'ipv6');
/** Credentials of EC2 are answered on this one as well. */
const METADATA = new BlockList();
METADATA.addAddress('fd00:ec2::254', 'ipv6');
METADATA.addAddress('fd00:ec2::23', 'ipv6');

/** True for an address of the public internet, of this machine or of a private network. */
export function isReachableAddress(address: string): boolean {
  if (isPublicAddress(address)) return true;
  const family = isIP(address);
  if (family === 4) return OWN.check(address, 'ipv4');
  return family === 6 && OWN.check(address, 'ipv6') && !METADATA.check(address, 'ipv6');
}
