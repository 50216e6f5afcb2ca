import type { ScanHeader, ScanMarker } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';

export interface ParserRun {
  readonly header: ScanHeader;
  readonly marker: ScanMarker;
  readonly recipeVersion: number;
  readonly secretsRedacted: number;
  readonly fieldsCut: number;
  readonly milliseconds: number;
  readonly finishedAt: Date;
}

/** False when the scan was read before: its marker is out, and must not go out twice. */
export async function saveParserRun(unit: Unit, run: ParserRun): Promise<boolean> {
  const { header, marker } = run;
  const rows = await unit.query(
    `insert into parser_runs (tenant_id, scan_id, format, tool, tool_version, recipe_version, parts, reported, observed, quarantined, coverage, rejected, secrets_redacted, fields_cut, milliseconds, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing returning 1 as saved`,
    [header.tenantId, header.scanId, header.format, header.tool, header.toolVersion, run.recipeVersion, marker.parts, marker.reported, marker.observed, marker.quarantined,
      marker.coverage, marker.rejected, run.secretsRedacted, run.fieldsCut, run.milliseconds, run.finishedAt],
  );
  return rows.length === 1;
}

/** Scans whose marker is out already: a record that comes again needs no reading. */
export async function finishedScans(unit: Unit, scanIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await unit.query<{ scan_id: string }>('select scan_id from parser_runs where scan_id = any($1::uuid[])', [scanIds]);
  return new Set(rows.map((row) => row.scan_id));
}
