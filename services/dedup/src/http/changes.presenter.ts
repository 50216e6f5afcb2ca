import type { FindingChanged, ScanCounts } from '@throughline/contracts';
import type { z } from 'zod';
import { compose, relevant } from '../domain/compose.js';
import type { Known } from '../domain/evolve.js';
import type { KeptJoin, ListedChange, ScanOfLedger } from '../persistence/changes.repository.js';
import type { changesAnswer } from './schemas.js';

export type Change = z.infer<typeof changesAnswer>['items'][number];

/**
 * A finding in a scan's list: as much as a reader needs to know it by, in the words of that scan's scope where it has some
 * (another tool's may still tell of the place before). What lost its observations is told by its state.
 */
export function presentChange({ findingId, kind }: ListedChange, known: Known | undefined, join: KeptJoin | undefined, { assetUrn, scopeId }: Pick<ScanOfLedger, 'assetUrn' | 'scopeId'>): Change {
  const why = join && { rule: join.rule, recipe: join.recipe, fields: [...join.fields], confidence: join.confidence, at: join.at, by: '', evidence: join.evidence, scan: join.scan };
  const common = { kind, finding: findingId, join: why ?? null, status: known?.finding.status ?? 'retired', statusReason: known?.finding.statusReason ?? '', mergedInto: known?.finding.mergedInto || null, flags: [...known?.finding.flags ?? []] };
  if (known === undefined || relevant(known.finding, known.occurrences).length === 0) {
    return { ...common, title: '', class: known?.finding.class ?? '', severity: 'unknown', location: null, component: null, identifiers: [], rules: [] };
  }
  const all = composed(known, known.occurrences, assetUrn);
  const own = known.occurrences.filter((one) => one.scopeId === scopeId);
  const shown = relevant(known.finding, own).length > 0 ? composed(known, own, assetUrn) : all;
  return {
    ...common, title: shown.title, class: shown.class, severity: all.severity.normalized, location: shown.location, component: shown.component, identifiers: [...all.identifiers],
    rules: all.rules.map(({ tool, id }) => ({ tool, id })),
  };
}

const composed = ({ finding }: Known, occurrences: Known['occurrences'], urn: string): FindingChanged => compose(finding, { urn }, occurrences, { change: '', scanId: '', changedAt: '' });

/** The receipt's counts, and those of the finer kinds. */
export function presentCounts(counts: ScanCounts | null, listed: ReadonlyMap<string, number>, introduced: number): Readonly<Record<string, number>> {
  const of = (kind: string): number => listed.get(kind) ?? 0;
  const finer = { moved: of('moved'), joined: of('joined'), arrived: of('arrived'), introduced };
  if (counts === null) return { new: of('new'), reopened: of('reopened'), changed: of('changed'), absent: of('absent'), fixed: of('fixed'), ...finer };
  const { created, ...rest } = counts;
  return { ...rest, new: created, ...finer };
}
