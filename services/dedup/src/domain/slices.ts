import type { FindingObserved, ScanHeader, ScanMarker, ScanTarget } from '@throughline/contracts';
import { isUuid } from '@throughline/domain';
import { fingerprint } from './identity/index.js';
import type { Asset } from './model.js';

/** Parts, and perhaps the marker, of one scan that came in one batch. */
export interface Slice {
  readonly header: ScanHeader;
  readonly tenantId: string;
  readonly receivedAt: string;
  readonly asset: Asset;
  readonly scopeId: string;
  readonly stream: string;
  readonly clockSkew: boolean;
  readonly parts: readonly FindingObserved[];
  readonly marker: ScanMarker | null;
  /** Headers of the last record: the trace goes on from it. */
  readonly cause: { readonly headers: Readonly<Record<string, string>> };
}

interface Incoming {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: FindingObserved;
}

const SKEW_MS = 5 * 60_000;

/** Why a record can never be applied; undefined when it can. */
export function flawOf({ header, ordinal, marker }: FindingObserved): string | undefined {
  if (!isUuid(header.tenantId)) return 'tenantId is no UUID';
  if (!isUuid(header.scanId)) return 'scanId is no UUID';
  if (Number.isNaN(Date.parse(header.receivedAt))) return 'receivedAt is no time';
  if (marker === null && ordinal < 0) return 'a part has no ordinal';
  return undefined;
}

/** Where an asset's name is looked up; several names may lead to one asset. */
export const assetKey = (tenant: string, urn: string): string => `${tenant}|${urn}`;

/**
 * Orders records into waves: inside one wave every asset occurs in one slice only, so that all slices of a wave can be
 * loaded, decided and saved together; scans of the same asset follow each other in the order they came.
 */
export function wavesOf(records: readonly Incoming[], assets: ReadonlyMap<string, Asset>): readonly (readonly Slice[])[] {
  const waves: Slice[][] = [];
  const latest = new Map<string, { scanId: string; wave: number; index: number }>();
  for (const record of records) {
    const { header } = record.value;
    const asset = assets.get(assetKey(header.tenantId, header.target.asset)) as Asset;
    const last = latest.get(asset.assetId);
    if (last?.scanId === header.scanId) {
      const wave = waves[last.wave] as Slice[];
      wave[last.index] = extended(wave[last.index] as Slice, record);
      continue;
    }
    const wave = last === undefined ? 0 : last.wave + 1;
    const slices = (waves[wave] ??= []);
    latest.set(asset.assetId, { scanId: header.scanId, wave, index: slices.length });
    slices.push(extended(begun(record, asset), record));
  }
  return waves;
}

/** Ids follow from the name that the asset began with, so that a moved one goes on where it was. */
function begun({ value: { header }, headers }: Incoming, asset: Asset): Slice {
  const { path, category } = header.target;
  const received = Date.parse(header.receivedAt);
  const stream = fingerprint('stream', header.tenantId, asset.origin, path, header.tool, category);
  return {
    header, tenantId: header.tenantId, receivedAt: new Date(received).toISOString(),
    asset,
    scopeId: scopeIdOf(stream, header.target),
    stream,
    clockSkew: Date.parse(header.scannedAt) > received + SKEW_MS,
    parts: [], marker: null, cause: { headers },
  };
}

/**
 * The default line is one line, whatever it is called: `master` renamed to `main`, or an upload that names no branch, goes
 * on where the other was. A branch is never that line, also when a pull request's upload names no branch, or a fork's `main`.
 */
function scopeIdOf(stream: string, { defaultLine, line, pullRequest }: ScanTarget): string {
  return defaultLine ? fingerprint('default line', stream) : fingerprint('branch', stream, line, line === 'default' ? pullRequest : '');
}

/** A part that came twice counts once. */
function extended(slice: Slice, { value, headers }: Incoming): Slice {
  if (value.marker !== null) return { ...slice, marker: slice.marker ?? value.marker, cause: { headers } };
  if (slice.parts.some((part) => part.ordinal === value.ordinal)) return slice;
  (slice.parts as FindingObserved[]).push(value);
  return { ...slice, cause: { headers } };
}
