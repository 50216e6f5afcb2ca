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
  /** Pages that wait, since all that was read so far is as in the last inventory. */
  readonly held: number;
  /** It is another than the last one: what is held goes out, and nothing is held any more. */
  readonly announcing: boolean;
}

/** An inventory before its first page. */
export const newInventory = (observationId: string, sequence: number): OpenInventory => ({ observationId, sequence, records: 0, complete: true, digest: NO_FACTS, held: 0, announcing: false });

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

/** What was last announced of the same source and scope. */
export interface LastInventory { readonly digest: string; readonly complete: boolean; readonly announcedAt: Date }

/** An inventory that is the same is announced again after this, so that whoever lost state has it back. */
const REPEAT_AFTER_MS = 24 * 3_600_000;

/**
 * What to do with a page: `hold` it while nothing differs from the last inventory, `drop` all when nothing did to the end,
 * else `announce`. `after` is the state with the page in it; `news`: a fact of the page says what was not said before.
 */
export function courseOf(after: OpenInventory, page: { readonly last: boolean; readonly news: boolean }, last: LastInventory | undefined, now: Date): 'hold' | 'drop' | 'announce' {
  if (after.announcing || page.news || last === undefined || now.getTime() - last.announcedAt.getTime() >= REPEAT_AFTER_MS) return 'announce';
  if (!page.last) return after.complete || !last.complete ? 'hold' : 'announce';
  return last.digest === after.digest && last.complete === after.complete ? 'drop' : 'announce';
}

export const withInventory = (open: OpenInventories, key: string, state: OpenInventory): OpenInventories => ({ ...open, [key]: state });

export function withoutInventory(open: OpenInventories, key: string): OpenInventories {
  const { [key]: _closed, ...rest } = open;
  return rest;
}
