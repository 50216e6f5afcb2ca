/**
 * Where an inventory stands whose facts come in several pages. It is stored beside the cursor, in the transaction that
 * announces a page: a page that comes again after a crash starts from the same numbers.
 */
export interface OpenInventory {
  readonly observationId: string;
  readonly sequence: number;
  /** Records announced so far, which is the ordinal of the next one. */
  readonly records: number;
  /** All pages so far say that nothing is missing from them. */
  readonly complete: boolean;
  /** Hash over the facts so far, as hex. */
  readonly digest: string;
}

export type OpenInventories = Readonly<Record<string, OpenInventory>>;

/** A JSON text, since sources and scopes may hold any separator. */
export const inventoryKey = (source: string, scope: string): string => JSON.stringify([source, scope]);

export function parseInventoryKey(key: string): { readonly source: string; readonly scope: string } {
  const [source, scope] = JSON.parse(key) as [string, string];
  return { source, scope };
}

export const NO_FACTS = '0'.repeat(64);
const MODULUS = 1n << 256n;

/**
 * The digest with these facts (SHA-256 each) in it: a sum modulo 2^256. The order in which a system lists things, and
 * where its pages end, make no difference. It tells apart what honest sources say; it is no protection against a forger.
 */
export function addToDigest(digest: string, facts: Iterable<Uint8Array>): string {
  let sum = BigInt(`0x${digest}`);
  for (const hash of facts) sum += BigInt(`0x${Buffer.from(hash).toString('hex')}`);
  return (sum % MODULUS).toString(16).padStart(64, '0');
}

export interface InventoryPage { readonly records: number; readonly complete: boolean; readonly hashes: Iterable<Uint8Array> }

/** The state after a page. */
export function advance(open: OpenInventory, page: InventoryPage): OpenInventory {
  return { ...open, records: open.records + page.records, complete: open.complete && page.complete, digest: addToDigest(open.digest, page.hashes) };
}

export const withInventory = (open: OpenInventories, key: string, state: OpenInventory): OpenInventories => ({ ...open, [key]: state });

export function withoutInventory(open: OpenInventories, key: string): OpenInventories {
  const { [key]: _closed, ...rest } = open;
  return rest;
}
