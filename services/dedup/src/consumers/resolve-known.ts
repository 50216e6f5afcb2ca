import type { FindingObserved } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import { prepare } from '../domain/apply.js';
import { match, type Matched } from '../domain/match.js';
import type { Occurrence } from '../domain/model.js';
import { hasNear } from '../domain/near/near.js';
import { lookupKeys, Resolver } from '../domain/resolve.js';
import { aliasesOf } from './aliases-of.js';
import { loadGroups, loadKeyOwners } from '../persistence/finding.repository.js';
import { takenBy } from '../persistence/ledger.repository.js';
import type { OpenScan } from './open-scans.js';
import { stirred } from './stirred.js';
import type { Work } from './work.js';

export interface Results {
  readonly open: OpenScan;
  readonly parts: readonly FindingObserved[];
  /** Other results of the scan were applied before: in earlier batches, or all but those that waited. */
  readonly later: boolean;
}

/** Matches results to occurrences of their scopes, and what is left to findings by strong keys. */
export async function resolveKnown(unit: Unit, all: readonly Results[], newId: () => string): Promise<readonly Work[]> {
  const matched = await matchAll(unit, all);
  const unresolved = matched.map((results) => results.filter((one) => one.known === undefined && !one.repeated));
  const tenants = [...new Set(all.map(({ open }) => open.slice.tenantId))];
  const owners = await loadKeyOwners(unit, tenants, [...new Set(unresolved.flatMap((results) => results.flatMap(lookupKeys)))]);
  return all.map(({ open, parts }, index) => {
    const own = matched[index] as readonly Matched[];
    const claimed = new Set(own.map((one) => one.known?.findingId).filter((id) => id !== undefined));
    const work: Work = { open, parts, matched: own, resolver: new Resolver(owners, claimed, newId), resolutions: new Map(), remainder: [] };
    for (const one of [...(unresolved[index] ?? [])].sort(byKeys)) resolve(work, one);
    return work;
  });
}

/** Those with most keys first, so that aliases meet. */
function resolve(work: Work, one: Matched): void {
  const known = work.resolver.known(one);
  if (known !== undefined) work.resolutions.set(one, known);
  else if (hasNear(one.prepared.draft)) work.remainder.push(one);
  else work.resolutions.set(one, work.resolver.create(one));
}

export function byKeys(a: Matched, b: Matched): number {
  const left = a.prepared.identity;
  const right = b.prepared.identity;
  return right.keys(b.ordinal).length - left.keys(a.ordinal).length || (left.group < right.group ? -1 : left.group > right.group ? 1 : a.ordinal - b.ordinal);
}

async function matchAll(unit: Unit, all: readonly Results[]): Promise<readonly (readonly Matched[])[]> {
  const aliases = await aliasesOf(unit, all.flatMap(({ parts }) => parts));
  const prepared = all.map(({ open, parts, later }) => ({ open, later, drafts: prepare(parts, open.asset.assetId, aliases) }));
  const wanted = prepared.flatMap(({ open, drafts }) => [...new Set(drafts.map((one) => one.identity.group))].map((group) => ({ scopeId: open.facts.scope.scopeId, group })));
  const rows = wanted.length === 0 ? [] : await loadGroups(unit, wanted.map((one) => one.scopeId), wanted.map((one) => one.group));
  const byScope = Map.groupBy(rows, (row) => row.scopeId);
  const matched: (readonly Matched[])[] = [];
  for (const { open, later, drafts } of prepared) {
    const known = byScope.get(open.facts.scope.scopeId) ?? [];
    matched.push(await stirred(unit, open, match(drafts, known, later ? await taken(unit, open, drafts.map((one) => one.contentHash), known) : new Set())));
  }
  return matched;
}

/** Ids that other results of the scan matched: written by this scan, or, for those a draft could still take, asked for. */
async function taken(unit: Unit, { facts }: OpenScan, hashes: readonly string[], known: readonly Occurrence[]): Promise<ReadonlySet<string>> {
  const ids = new Set(known.filter((one) => one.sequence === facts.sequence).map((one) => one.id));
  const shown = new Set(hashes);
  const doubtful = known.filter((one) => one.absences === 0 && !ids.has(one.id) && !shown.has(one.contentHash)).map((one) => one.id);
  if (doubtful.length > 0) for (const id of await takenBy(unit, facts.scanId, doubtful)) ids.add(id);
  return ids;
}
