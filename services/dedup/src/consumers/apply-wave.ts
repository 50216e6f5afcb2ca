import type { FindingObserved } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import { applySlice, findingsToLoad, type Applied } from '../domain/apply.js';
import { ruleKey, type Line } from '../domain/drift/index.js';
import { repositoryPath } from '../domain/identity/normalize.js';
import type { Matched } from '../domain/match.js';
import type { Resolution } from '../domain/resolve.js';
import { loadKnown, saveFindings, saveKeys, saveLeft, saveOccurrences } from '../persistence/finding.repository.js';
import { saveJoins } from '../persistence/join.repository.js';
import { saveParts, saveScans, saveScopes, type SavedPart } from '../persistence/ledger.repository.js';
import { announceEvolved } from './announce.js';
import type { OpenScan } from './open-scans.js';
import { resolveKnown } from './resolve-known.js';
import { settle } from './settle.js';
import { placeOf, type Deciding, type Work } from './work.js';

/** Results of a batch that wait until their scan is whole, and places of the batch that only moved their line. */
export interface Held {
  readonly parts: readonly FindingObserved[];
  readonly anchors: readonly Line[];
  /** Rules that the batch shows at places which the stream knew. */
  readonly rules: ReadonlySet<string>;
}

/**
 * Applies the parts of a wave: one round trip for each kind of read and of write, however many scans and drafts. Of scans
 * with a history, results that no key knows are given back: where they went is decided when all of the scan is known.
 */
export async function applyWave(unit: Unit, scans: readonly OpenScan[], deciding: Deciding): Promise<ReadonlyMap<string, Held>> {
  const works = await resolveKnown(unit, scans.map((open) => ({ open, parts: open.slice.parts, later: open.partsSeen > 0 })), deciding.newId);
  const waiting = works.filter((work) => work.remainder.length > 0 && waits(work.open));
  await settle(unit, works.filter((work) => !waiting.includes(work)), new Map(), deciding);
  const held = new Map(waiting.map((work) => [work.open.facts.scanId, hold(work)]));
  const decided = works.map((work) => (held.has(work.open.facts.scanId) ? { ...work, matched: decidedOf(work) } : work));
  await saveHeads(unit, scans);
  await applyWorks(unit, decided, deciding);
  return held;
}

/** A first scan has nothing to look for; of an older one than the newest, what it misses means nothing. */
const waits = ({ facts }: OpenScan): boolean => !facts.baseline && !facts.superseded;

function decidedOf(work: Work): readonly Matched[] {
  const left = new Set(work.remainder.map(placeOf));
  return work.matched.filter((one) => one.known !== undefined || !left.has(placeOf(one)));
}

function hold(work: Work): Held {
  const left = new Set(work.remainder.map(placeOf));
  const waiting = new Set(work.matched.filter((one) => one.known === undefined && left.has(placeOf(one))).map((one) => one.prepared.draft));
  return {
    parts: work.parts.map((part) => ({ ...part, drafts: part.drafts.filter((draft) => waiting.has(draft)) })).filter((part) => part.drafts.length > 0),
    anchors: work.matched.filter((one) => one.known !== undefined && one.known.line > 0).map(({ known, prepared }) => ({
      path: repositoryPath(prepared.draft.location?.path ?? ''), from: known?.line ?? 0, to: prepared.draft.location?.startLine ?? 0,
    })),
    rules: new Set(work.matched.filter((one) => one.known !== undefined).map(({ prepared: { draft: { rule } } }) => ruleKey({ tool: rule.tool, rule: rule.id }))),
  };
}

/** Decides, saves and announces; every result has an occurrence or a resolution. */
export async function applyWorks(unit: Unit, works: readonly Work[], deciding: Deciding): Promise<void> {
  for (const work of works) for (const [one, resolution] of repeatedOf(work)) work.resolutions.set(one, resolution);
  const known = await loadKnown(unit, [...new Set(works.flatMap((work) => findingsToLoad(work.matched, work.resolutions)))].sort());
  const applied = works.map(({ open, parts, matched, resolutions }) => ({
    open,
    applied: applySlice(parts, matched, resolutions, known, { scan: open.facts, asset: open.asset, runs: open.runs, policy: deciding.policyOf(open.slice.tenantId), changedAt: deciding.changedAt }),
  }));
  await save(unit, applied, deciding.changedAt);
  for (const one of applied) announceEvolved(unit, one.open, one.applied.evolved);
}

/** The same new result twice in one batch is the same finding. */
function repeatedOf({ matched, resolutions }: Work): readonly (readonly [Matched, Resolution])[] {
  const again = matched.filter((one) => one.repeated && one.known === undefined);
  if (again.length === 0) return [];
  const first = new Map([...resolutions].map(([one, resolution]) => [placeOf(one), resolution]));
  return again.map((one) => {
    const { findingId } = first.get(placeOf(one)) as Resolution;
    return [one, { findingId, created: false, keys: [], rivals: [] }] as const;
  });
}

async function saveHeads(unit: Unit, scans: readonly OpenScan[]): Promise<void> {
  await saveScopes(unit, scans.filter(({ facts, before }) => !facts.superseded && before?.headSequence !== facts.sequence).map(({ facts, slice, asset }) => ({
    scopeId: facts.scope.scopeId, tenantId: slice.tenantId, assetId: asset.assetId, stream: slice.stream, name: facts.scope.name, line: facts.scope.line,
    defaultLine: facts.scope.defaultLine, sequence: facts.sequence, at: facts.receivedAt, version: facts.scope.version,
  })));
  await saveScans(unit, scans.map(({ slice, facts, marker }) => ({
    scanId: facts.scanId, tenantId: slice.tenantId, scopeId: facts.scope.scopeId, sequence: facts.sequence, baseline: facts.baseline, tool: slice.header.tool,
    commit: slice.header.target.commit, version: slice.header.target.version, receivedAt: facts.receivedAt, marker, newParts: slice.parts.length,
  })));
}

async function save(unit: Unit, all: readonly { readonly open: OpenScan; readonly applied: Applied }[], at: string): Promise<void> {
  const tenants = new Map(all.map(({ open }) => [open.facts.scope.scopeId, open.slice.tenantId]));
  await saveParts(unit, all.flatMap(({ open, applied }) => partsOf(open, applied)));
  await saveFindings(unit, all.flatMap(({ applied }) => applied.evolved.map((one) => one.finding)));
  await saveLeft(unit, all.flatMap(({ applied }) => applied.left));
  await saveKeys(unit, all.flatMap(({ open, applied }) => applied.keys.map((one) => ({ ...one, tenantId: open.slice.tenantId }))));
  await saveOccurrences(unit, (scopeId) => tenants.get(scopeId) as string, all.flatMap(({ applied }) => applied.occurrences));
  await saveJoins(unit, all.flatMap(({ open, applied }) => applied.joins.map((one) => ({ ...one, tenantId: open.slice.tenantId, scanId: open.facts.scanId, at }))));
}

function partsOf({ slice }: OpenScan, { memberships, evolved }: Applied): SavedPart[] {
  const ids = (outcome: string): string[] => evolved.filter((one) => one.outcome === outcome).map((one) => one.finding.findingId);
  const effects = {
    created: ids('created'), reopened: ids('reopened'), changed: ids('changed'),
    arrived: evolved.filter((one) => one.arrived && one.outcome !== 'created').map((one) => one.finding.findingId),
    records: evolved.filter((one) => one.record !== undefined).length,
  };
  return memberships.map((membership, index) => ({ ...membership, scanId: slice.header.scanId, tenantId: slice.tenantId, effects: index === 0 ? effects : undefined }));
}
