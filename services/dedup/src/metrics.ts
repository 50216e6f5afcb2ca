import { meter } from '@throughline/observability';

/** Made at first use: a counter made before telemetry has started would count for nobody. */
let contradictions: ReturnType<ReturnType<typeof meter>['createCounter']> | undefined;
let moveConflicts: ReturnType<ReturnType<typeof meter>['createCounter']> | undefined;

export function countContradictions(edges: number): void {
  if (edges === 0) return;
  contradictions ??= meter().createCounter('throughline_alias_contradictions', { description: 'Edges of feeds that unite nothing, since their ends belong to different CVEs' });
  contradictions.add(edges);
}

export function countMoveConflict(): void {
  moveConflicts ??= meter().createCounter('throughline_asset_move_conflicts', { description: 'Renamed assets whose old and new name both hold findings: left as they are, to be merged by people' });
  moveConflicts.add(1);
}
