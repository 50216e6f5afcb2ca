import type { Unit } from '@throughline/persistence';
import type { ScanFacts } from '../domain/evolve.js';
import type { Asset, Scope } from '../domain/model.js';
import type { Run } from '../domain/running.js';
import type { Slice } from '../domain/slices.js';
import { countNewer, knownStreams, loadRuns, loadScans, loadScopes, type ScanRow, type ScopeRow } from '../persistence/ledger.repository.js';

/** A slice with what is stored about its scan, without the parts that were applied before. */
export interface OpenScan {
  readonly slice: Slice;
  readonly asset: Asset;
  readonly facts: ScanFacts;
  /** Scans of the asset's versions that run. */
  readonly runs: readonly Run[];
  readonly partsSeen: number;
  readonly marker: Slice['marker'];
  /** The scope before this scan. */
  readonly before: ScopeRow | undefined;
}

/** Looks up scopes and ledgers of a wave. Scans that are completed already are left out: redelivery. */
export async function openScans(unit: Unit, slices: readonly Slice[]): Promise<readonly OpenScan[]> {
  const scopes = await loadScopes(unit, slices.map((slice) => slice.scopeId));
  const ordinals = [...new Set(slices.flatMap((slice) => slice.parts.map((part) => part.ordinal)))];
  const scans = await loadScans(unit, slices.map((slice) => slice.header.scanId), ordinals);
  const fresh = slices.filter((slice) => !scans.has(slice.header.scanId));
  const streams = fresh.length === 0 ? new Set<string>() : await knownStreams(unit, fresh.map((slice) => slice.stream));
  const runs = await loadRuns(unit, slices.map((slice) => slice.asset));
  const open: OpenScan[] = [];
  for (const slice of slices) {
    const row = scans.get(slice.header.scanId);
    if (row?.completed) continue;
    const scope = scopes.get(slice.scopeId);
    const newerScans = await newerThan(unit, slice, row, scope);
    const { asset } = slice;
    open.push({ ...opened(slice, row, scope, newerScans, row?.baseline ?? !streams.has(slice.stream)), asset, runs: runs.get(asset.assetId) ?? [] });
  }
  return open;
}

async function newerThan(unit: Unit, slice: Slice, row: ScanRow | undefined, scope: ScopeRow | undefined): Promise<number> {
  if (row !== undefined) return row.newerScans;
  if (scope === undefined || scope.headSequence <= slice.header.sequence) return 0;
  return countNewer(unit, slice.scopeId, slice.header.sequence);
}

function opened(slice: Slice, row: ScanRow | undefined, before: ScopeRow | undefined, newerScans: number, baseline: boolean): Omit<OpenScan, 'asset' | 'runs'> {
  const { header, receivedAt } = slice;
  const superseded = before !== undefined && before.headSequence > header.sequence;
  const scope: Scope = {
    scopeId: slice.scopeId, name: header.scope, line: header.target.line, defaultLine: header.target.defaultLine,
    version: superseded ? before.headVersion : header.target.version,
    at: superseded ? before.headAt : receivedAt,
  };
  const facts: ScanFacts = {
    scanId: header.scanId, tenantId: slice.tenantId, sequence: header.sequence, receivedAt, scope, superseded, newerScans, baseline, clockSkew: slice.clockSkew,
  };
  const applied = row?.applied ?? new Set<number>();
  return {
    slice: { ...slice, parts: slice.parts.filter((part) => !applied.has(part.ordinal)) },
    facts, partsSeen: row?.partsSeen ?? 0, marker: row?.marker ?? slice.marker, before,
  };
}
