import type { Asset } from '../domain/model.js';
import { timeText } from './rows.js';

export interface AssetRow { urn: string; asset_id: string; lineage_root: string; running: string[]; origin_urn: string; decommissioned_at: Date | null }

/** Columns of an asset's current name, which a statement calls `c`. */
export const ASSET_COLUMNS = 'c.urn, c.asset_id, c.lineage_root, c.running, c.origin_urn, c.decommissioned_at';

export const toAsset = (row: AssetRow): Asset => ({
  assetId: row.asset_id, urn: row.urn, lineageRoot: row.lineage_root || row.urn, running: row.running, origin: row.origin_urn || row.urn, decommissionedAt: timeText(row.decommissioned_at),
});
