import type { Unit } from '@throughline/persistence';
import { applySlice, findingsToLoad, prepare, type Applied } from '../domain/apply.js';
import type { Policy } from '../domain/policy.js';
import { match, type Matched } from '../domain/match.js';
import type { Occurrence } from '../domain/model.js';
import { lookupKeys, Resolver, type Resolution } from '../domain/resolve.js';
import { loadGroups, loadKeyOwners, loadKnown, saveFindings, saveKeys, saveOccurrences } from '../persistence/finding.repository.js';
import { saveParts, saveScans, saveScopes, takenBy, type SavedPart } from '../persistence/ledger.repository.js';
import { announceEvolved } from './announce.js';
import type { OpenScan } from './open-scans.js';

export interface Deciding {
  readonly policy: Policy;
  readonly changedAt: string;
  readonly newId: () => string;
}

interface Work {
  readonly open: OpenScan;
  readonly matched: readonly Matched[];
  readonly resolutions: Map<Matched, Resolution>;
}

/** Applies the parts of a wave: one round trip for each kind of read and of write, however many scans and drafts. */
export async function applyWave(unit: Unit, scans: readonly OpenScan[], deciding: Deciding): Promise<void> {
  const works = await matchAll(unit, scans);
  await resolveAll(unit, works, deciding.newId);
  const known = await loadKnown(unit, [...new Set(works.flatMap((work) => findingsToLoad(work.matched, work.resolutions)))].sort());
  const applied = works.map(({ open, matched, resolutions }) => ({
    open,
    applied: applySlice(open.slice.parts, matched, resolutions, known, { scan: open.facts, asset: open.asset, runs: open.runs, ...deciding }),
  }));
  await save(unit, applied);
  for (const one of applied) announceEvolved(unit, one.open, one.applied.evolved);
}

async function matchAll(unit: Unit, scans: readonly OpenScan[]): Promise<readonly Work[]> {
  const prepared = scans.map((open) => ({ open, drafts: prepare(open.slice.parts, open.asset.assetId) }));
  const wanted = prepared.flatMap(({ open, drafts }) => [...new Set(drafts.map((one) => one.identity.group))].map((group) => ({ scopeId: open.facts.scope.scopeId, group })));
  const rows = wanted.length === 0 ? [] : await loadGroups(unit, wanted.map((one) => one.scopeId), wanted.map((one) => one.group));
  const byScope = Map.groupBy(rows, (row) => row.scopeId);
  const works: Work[] = [];
  for (const { open, drafts } of prepared) {
    const known = byScope.get(open.facts.scope.scopeId) ?? [];
    const matched = match(drafts, known, await taken(unit, open, drafts.map((one) => one.contentHash), known));
    works.push({ open, matched, resolutions: new Map() });
  }
  return works;
}

/** Ids that earlier parts of the scan matched: written by this scan, or, for those a draft could still take, asked for. */
async function taken(unit: Unit, { facts, partsSeen }: OpenScan, hashes: readonly string[], known: readonly Occurrence[]): Promise<ReadonlySet<string>> {
  if (partsSeen === 0) return new Set();
  const ids = new Set(known.filter((one) => one.sequence === facts.sequence).map((one) => one.id));
  const shown = new Set(hashes);
  const doubtful = known.filter((one) => one.absences === 0 && !ids.has(one.id) && !shown.has(one.contentHash)).map((one) => one.id);
  if (doubtful.length > 0) for (const id of await takenBy(unit, facts.scanId, doubtful)) ids.add(id);
  return ids;
}

/** Results that are no known occurrence find their finding by keys; those with most keys first, so that aliases meet. */
async function resolveAll(unit: Unit, works: readonly Work[], newId: () => string): Promise<void> {
  const unresolved = works.map((work) => work.matched.filter((one) => one.known === undefined && !one.repeated));
  const keys = new Set(unresolved.flatMap((all) => all.flatMap(lookupKeys)));
  const tenants = [...new Set(works.map((work) => work.open.slice.tenantId))];
  const owners = await loadKeyOwners(unit, tenants, [...keys]);
  works.forEach((work, index) => {
    const claimed = new Set(work.matched.map((one) => one.known?.findingId).filter((id) => id !== undefined));
    const resolver = new Resolver(owners, claimed, newId);
    for (const one of [...(unresolved[index] ?? [])].sort(byKeys)) work.resolutions.set(one, resolver.resolve(one));
    for (const [one, resolution] of repeatedOf(work)) work.resolutions.set(one, resolution);
  });
}

/** The same new result twice in one batch is the same finding. */
function repeatedOf({ matched, resolutions }: Work): readonly (readonly [Matched, Resolution])[] {
  const again = matched.filter((one) => one.repeated && one.known === undefined);
  if (again.length === 0) return [];
  const place = (one: Matched): string => `${one.prepared.identity.group}|${one.ordinal}`;
  const first = new Map([...resolutions].map(([one, resolution]) => [place(one), resolution]));
  return again.map((one) => [one, { ...(first.get(place(one)) as Resolution), created: false, keys: [], rivals: [] }] as const);
}

function byKeys(a: Matched, b: Matched): number {
  const left = a.prepared.identity;
  const right = b.prepared.identity;
  return right.keys(b.ordinal).length - left.keys(a.ordinal).length || (left.group < right.group ? -1 : left.group > right.group ? 1 : a.ordinal - b.ordinal);
}

async function save(unit: Unit, all: readonly { readonly open: OpenScan; readonly applied: Applied }[]): Promise<void> {
  const tenants = new Map(all.map(({ open }) => [open.facts.scope.scopeId, open.slice.tenantId]));
  await saveScopes(unit, all.filter(({ open }) => !open.facts.superseded && open.before?.headSequence !== open.facts.sequence).map(({ open: { facts, slice, asset } }) => ({
    scopeId: facts.scope.scopeId, tenantId: slice.tenantId, assetId: asset.assetId, stream: slice.stream, name: facts.scope.name, line: facts.scope.line,
    defaultLine: facts.scope.defaultLine, sequence: facts.sequence, at: facts.receivedAt, version: facts.scope.version,
  })));
  await saveScans(unit, all.map(({ open: { slice, facts, marker } }) => ({
    scanId: facts.scanId, tenantId: slice.tenantId, scopeId: facts.scope.scopeId, sequence: facts.sequence, baseline: facts.baseline, tool: slice.header.tool,
    commit: slice.header.target.commit, version: slice.header.target.version, receivedAt: facts.receivedAt, marker, newParts: slice.parts.length,
  })));
  await saveParts(unit, all.flatMap(({ open, applied }) => partsOf(open, applied)));
  await saveFindings(unit, all.flatMap(({ applied }) => applied.evolved.map((one) => one.finding)));
  await saveKeys(unit, all.flatMap(({ open, applied }) => applied.keys.map((one) => ({ ...one, tenantId: open.slice.tenantId }))));
  await saveOccurrences(unit, (scopeId) => tenants.get(scopeId) as string, all.flatMap(({ applied }) => applied.occurrences));
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
