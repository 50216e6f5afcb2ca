import type { PullGap, PullPage } from '@throughline/connectors/api';
import type { Unit } from '@throughline/persistence';
import { ensureRetention } from '../due/retention.js';
import { withInventory } from '../domain/inventory.js';
import { clearErrors, noteError, noteSuccess, saveGaps, saveRemains } from '../persistence/connector.repository.js';
import { endPull, findPull, lockPull, movePull, saveInventories, type PullKey, type PullRow } from '../persistence/pull.repository.js';
import { notePulledScans } from '../persistence/pulled-scan.repository.js';
import { learnDefaultLine } from '../persistence/scan.repository.js';
import { announceHeld, closeInventories, publishPage } from './publish-page.js';
import type { TakenScans } from './pulled-scans.js';

/** Another worker has stored this page, or the connector was saved anew: what is in hand is thrown away. */
export class PullMoved extends Error {
  override readonly name = 'PullMoved';
}

/** Gaps that are kept beside a connector; what is missing in more places is told by its first. */
const KEPT_GAPS = 200;

export interface PageInHand {
  readonly key: PullKey;
  /** Where the pull stood when the page was asked for. */
  readonly at: PullRow;
  readonly page: PullPage;
  readonly scans: TakenScans;
  /** Gaps that stand beside the connector now. */
  readonly knownGaps: readonly PullGap[];
  readonly now: Date;
}

export interface StoredPage { readonly pull: PullRow; readonly ended: boolean; readonly rerun: boolean }

/**
 * Stores a page: its announcements, the cursor, the inventories and all else in one transaction. The fence comes first,
 * so that of two workers with the same page one waits and then finds it taken.
 */
export async function storePage(unit: Unit, { key, at, page, scans, knownGaps, now }: PageInHand): Promise<StoredPage> {
  const { tenantId, connectorId } = key;
  if (!(await lockPull(unit, key, at))) throw new PullMoved();
  for (const { repository, branch } of page.defaultBranches ?? []) await learnDefaultLine(unit, tenantId, `repo:${repository}`, branch, now);
  const published = await publishPage(unit, { key, page, open: at.inventories, receivedAt: now });
  await notePulledScans(unit, tenantId, connectorId, scans.states, now);
  const settled = page.settled === true && page.more;
  const gaps = distinct([...at.gaps, ...page.gaps]);
  const pull = await movePull(unit, key, { cursor: page.cursor, inventories: published.open, gaps, waitsUntil: page.waitUntil ?? null, settled }, now);
  const ended = !page.more;
  const leftOpen = ended ? await closeInventories(unit, tenantId, published.open, now) : [];
  const rerun = ended && await endPull(unit, key);
  await noteStanding(unit, { key, at, page, scans, knownGaps, now }, { gaps, announced: published.announced, whole: key.focus === '' && (ended || settled) });
  if (ended) await ensureRetention(unit, tenantId, now);
  for (const scope of leftOpen) await noteError(unit, tenantId, connectorId, { at: now.toISOString(), code: 'inventory_not_ended', message: `the pull ended before the inventory of ${scope}; it counts as incomplete` });
  return { pull, ended, rerun };
}

interface Standing {
  readonly gaps: readonly PullGap[];
  readonly announced: number;
  /** All that the connector reads was read: its last success. A scope that was read by itself is none. */
  readonly whole: boolean;
}

/** What stands beside the connector: counts, gaps, errors, and what the next pull begins with. */
async function noteStanding(unit: Unit, { key, at, page, scans, knownGaps, now }: PageInHand, { gaps, announced, whole }: Standing): Promise<void> {
  const { tenantId, connectorId } = key;
  const counts = {
    pages: 1, facts: announced, read: page.facts.length, ...(scans.uploaded > 0 && { scans: scans.uploaded }),
    // A pull that settles counts then, and not again when its watch is over.
    ...(whole && !at.settled && { pulls: 1 }), ...(key.focus !== '' && !page.more && { refreshes: 1 }),
  };
  await noteSuccess(unit, tenantId, connectorId, counts, whole ? now : null);
  await saveGaps(unit, tenantId, connectorId, whole ? gaps : distinct([...gaps, ...knownGaps]));
  if (whole && !page.more) await saveRemains(unit, tenantId, connectorId, { cursor: page.cursor, memory: page.memory ?? null });
  if (whole) await clearErrors(unit, tenantId, connectorId);
  for (const refusal of scans.refusals) await noteError(unit, tenantId, connectorId, refusal);
}

const distinct = (gaps: readonly PullGap[]): readonly PullGap[] => [...new Map(gaps.map((gap) => [JSON.stringify([gap.scope, gap.code, gap.reason]), gap])).values()].slice(0, KEPT_GAPS);

/** Lets some of the pages out that are held of an inventory; where the pull stands then, and whether there are more. */
export async function storeHeld(unit: Unit, key: PullKey, at: PullRow, inventory: string, now: Date): Promise<{ readonly at: PullRow; readonly more: boolean }> {
  if (!(await lockPull(unit, key, at))) throw new PullMoved();
  // Another worker with the same page may have let some out already.
  const row = await findPull(unit, key);
  const state = row?.inventories[inventory];
  if (row === undefined || state === undefined) throw new PullMoved();
  const after = await announceHeld(unit, key, inventory, state, now);
  const inventories = withInventory(row.inventories, inventory, after.state);
  await saveInventories(unit, key, inventories);
  await noteSuccess(unit, key.tenantId, key.connectorId, { facts: after.announced }, null);
  return { at: { ...row, inventories }, more: after.state.held > 0 };
}

/** Gives a pull up whose page fails again and again; the next one begins at the start. What it left open is stale, not gone. */
export async function abandonPull(unit: Unit, key: PullKey, at: PullRow, now: Date): Promise<void> {
  if (!(await lockPull(unit, key, at))) throw new PullMoved();
  await closeInventories(unit, key.tenantId, at.inventories, now);
  await endPull(unit, key);
  // It failed where the last one had ended: that place is of no use any more.
  if (at.pages === 0 && key.focus === '') await saveRemains(unit, key.tenantId, key.connectorId, null);
}
