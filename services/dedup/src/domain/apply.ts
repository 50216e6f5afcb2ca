import { unnamed, type Aliases } from './aliases/aliases.js';
import { contentHash, contentOf } from './content.js';
import { create, IDENTITY_AMBIGUOUS, IDENTITY_CONFLICT, seen, type Evolved, type Known, type ScanFacts } from './evolve.js';
import { fingerprint, identify, shortId, type Fingerprint, type IdentityKey } from './identity/index.js';
import type { Matched, Prepared } from './match.js';
import type { Asset, FullOccurrence, Occurrence } from './model.js';
import { nearOf } from './near/near.js';
import type { Join } from './near/view.js';
import type { FindingObserved } from '@throughline/contracts';
import type { Policy } from './policy.js';
import type { Resolution } from './resolve.js';
import type { Run } from './running.js';
import { storedKeys } from './stored-keys.js';

/** Drafts of parts, with identity and content, in the order of the report. */
export function prepare(parts: readonly FindingObserved[], assetId: string, aliases?: Aliases): readonly Prepared[] {
  return [...parts].sort((a, b) => a.ordinal - b.ordinal).flatMap((part) => part.drafts.map((draft) => {
    const content = contentOf(draft, part.header);
    return { draft, part: part.ordinal, identity: identify(draft, assetId, aliases), content, contentHash: contentHash(content) };
  }));
}

/** What one part of a scan showed: ids of its scope's occurrences, and findings that need none (see Applied.sightings). */
export interface Membership {
  readonly part: number;
  readonly observed: number;
  readonly members: Set<string>;
  readonly sightings: Set<string>;
}

/** What a slice of a scan (some of its parts) does to the stored state. */
export interface Applied {
  readonly memberships: readonly Membership[];
  readonly evolved: readonly Evolved[];
  readonly occurrences: readonly FullOccurrence[];
  readonly keys: readonly { readonly findingId: string; readonly key: IdentityKey }[];
  /** Places that findings left: their rows go, and their keys are former ones. */
  readonly left: readonly Left[];
  readonly joins: readonly Joined[];
}

export interface Left {
  readonly findingId: string;
  readonly occurrence: FullOccurrence;
  readonly keys: readonly Fingerprint[];
}

export interface Joined {
  readonly findingId: string;
  readonly occurrenceId: string;
  readonly join: Join;
  readonly evidence: string;
}

export interface SliceFacts {
  readonly scan: ScanFacts;
  readonly asset: Asset;
  readonly runs: readonly Run[];
  readonly policy: Policy;
  readonly changedAt: string;
}

/** What a slice touches, by finding. */
class Touches extends Map<string, Touch> {
  readonly #created: ReadonlySet<string>;

  constructor(created: ReadonlySet<string>) {
    super();
    this.#created = created;
  }

  of(findingId: string, prepared: Prepared): Touch {
    const known = this.get(findingId);
    if (known !== undefined) return known;
    const touch: Touch = { class: prepared.draft.class, created: this.#created.has(findingId), occurrences: new Map(), left: new Map(), keys: [], flags: new Set(), aliases: new Set(), joins: [] };
    this.set(findingId, touch);
    return touch;
  }
}

interface Touch {
  readonly class: string;
  readonly created: boolean;
  readonly occurrences: Map<string, FullOccurrence>;
  readonly left: Map<string, FullOccurrence>;
  readonly keys: IdentityKey[];
  readonly flags: Set<string>;
  readonly aliases: Set<string>;
  readonly joins: Omit<Joined, 'findingId'>[];
}

/** Findings whose whole state the decision needs, beside those it creates. */
export function findingsToLoad(matched: readonly Matched[], resolutions: ReadonlyMap<Matched, Resolution>): readonly string[] {
  const ids = new Set<string>();
  for (const one of matched) {
    if (one.known !== undefined && !unchanged(one)) ids.add(one.known.findingId);
    const resolution = resolutions.get(one);
    if (resolution !== undefined && !resolution.created) ids.add(resolution.findingId);
    for (const other of [...(resolution?.rivals ?? []), ...(resolution?.candidates ?? [])]) ids.add(other);
  }
  return [...ids].sort();
}

const unchanged = ({ known, prepared, stirs }: Matched): boolean => known !== undefined && known.absences === 0 && known.contentHash === prepared.contentHash && stirs !== true;

/**
 * Applies drafts to what is known. Unchanged ones leave no trace but their membership. A branch's sight of a finding of
 * the default line is a membership only (`sightings`): it neither moves nor describes it.
 */
export function applySlice(
  parts: readonly FindingObserved[], matched: readonly Matched[], resolutions: ReadonlyMap<Matched, Resolution>,
  loaded: ReadonlyMap<string, Known>, facts: SliceFacts,
): Applied {
  // What waited for the whole scan was counted with the part that it came in.
  const memberships = new Map(parts.map((part) => [part.ordinal, { part: part.ordinal, observed: part.ordinal < 0 ? 0 : part.drafts.length, members: new Set<string>(), sightings: new Set<string>() }]));
  const created = new Set([...resolutions.values()].filter((one) => one.created).map((one) => one.findingId));
  const touches = new Touches(created);
  for (const one of matched) place(one, resolutions.get(one), memberships.get(one.prepared.part) as Membership, touches, loaded, facts);
  const evolved = [...touches].map(([findingId, touch]) => evolve(findingId, touch, loaded.get(findingId), facts));
  return {
    memberships: [...memberships.values()],
    evolved,
    occurrences: [...touches.values()].flatMap((touch) => [...touch.occurrences.values()]),
    keys: [...touches].flatMap(([findingId, touch]) => touch.keys.map((key) => ({ findingId, key }))),
    left: [...touches].flatMap(([findingId, touch]) => leftBy(findingId, touch, loaded.get(findingId))),
    joins: [...touches].flatMap(([findingId, touch]) => touch.joins.map((one) => ({ ...one, findingId }))),
  };
}

function place(
  one: Matched, resolution: Resolution | undefined, membership: Membership, touches: Touches,
  loaded: ReadonlyMap<string, Known>, facts: SliceFacts,
): void {
  const { known, prepared } = one;
  const findingId = known?.findingId ?? resolution?.findingId ?? '';
  for (const rival of resolution?.rivals ?? []) touches.of(rival, prepared).flags.add(IDENTITY_CONFLICT);
  if (known === undefined && resolution?.created === false && !facts.scan.scope.defaultLine && loaded.get(findingId)?.finding.onDefault) {
    membership.sightings.add(findingId);
    return;
  }
  const next = occurrenceOf(one, findingId, facts, resolution?.moved);
  membership.members.add(next.id);
  if (one.repeated || unchanged(one) || (known !== undefined && facts.scan.superseded)) return;
  const touch = touches.of(findingId, prepared);
  touch.occurrences.set(next.id, next);
  touch.keys.push(...(resolution?.keys ?? []));
  for (const alias of prepared.identity.aliases ?? []) touch.aliases.add(alias);
  if (resolution === undefined) return;
  if (resolution.moved !== undefined) touch.left.set(resolution.moved.id, resolution.moved);
  if (resolution.join !== undefined) touch.joins.push({ occurrenceId: next.id, join: resolution.join, evidence: '' });
  failClosed(resolution, next, touch, touches, prepared, facts.scan);
}

/** Neither was joined: both say so, except the default line's findings on a branch's word. */
function failClosed({ candidates = [] }: Resolution, { id }: FullOccurrence, touch: Touch, touches: Touches, prepared: Prepared, scan: ScanFacts): void {
  if (candidates.length === 0) return;
  touch.flags.add(IDENTITY_AMBIGUOUS);
  touch.joins.push({ occurrenceId: id, join: { rule: 'ambiguous', recipe: 'drift/1', fields: [], confidence: 0 }, evidence: candidates.join(' ') });
  if (scan.scope.defaultLine) for (const candidate of candidates) touches.of(candidate, prepared).flags.add(IDENTITY_AMBIGUOUS);
}

function occurrenceOf({ known, ordinal, prepared }: Matched, findingId: string, { scan, asset }: SliceFacts, moved: FullOccurrence | undefined): FullOccurrence {
  const { group } = prepared.identity;
  const run = known ?? moved;
  const near = nearOf(prepared.content, prepared.draft.class, asset.assetId);
  return {
    id: known?.id ?? shortId(fingerprint(scan.scope.scopeId, group, ordinal)),
    scopeId: scan.scope.scopeId, group, ordinal, findingId,
    contentHash: prepared.contentHash, content: prepared.content,
    sequence: known?.contentHash === prepared.contentHash ? known.sequence : scan.sequence,
    absences: known === undefined ? scan.newerScans : 0,
    firstSequence: run?.firstSequence ?? scan.sequence, ...presence(run, scan),
    scope: scan.scope, firstSeen: moved?.firstSeen ?? scan.receivedAt, near, line: near.line,
    lastSeen: known === undefined && scan.newerScans > 0 ? scan.receivedAt : '', lastVersion: '',
  };
}

/** A run of presence goes on, or begins with this scan; one that newer scans missed already is only known to be in this scan. */
function presence(known: Occurrence | undefined, scan: ScanFacts): Pick<Occurrence, 'sinceSequence' | 'goneSequence'> {
  if (known !== undefined && known.absences === 0) return { sinceSequence: known.sinceSequence, goneSequence: null };
  return { sinceSequence: scan.sequence, goneSequence: known === undefined && scan.newerScans > 0 ? scan.sequence + 1 : null };
}

function evolve(findingId: string, touch: Touch, known: Known | undefined, facts: SliceFacts): Evolved {
  const updates = [...touch.occurrences.values()];
  const keys = touch.keys.map((one) => one.key);
  if (touch.created) return create({ findingId, class: touch.class, keys, flags: [...touch.flags], aliases: unnamed(touch.aliases, updates) }, updates, facts);
  if (known === undefined) throw new RangeError(`finding ${findingId} was not loaded`);
  const staying = touch.left.size === 0 ? known.occurrences : known.occurrences.filter((one) => !isLeft(one, touch));
  const occurrences = merged(staying, touch.occurrences, facts.scan);
  const aliases = unnamed([...known.finding.aliases, ...touch.aliases], occurrences);
  return seen({ finding: { ...known.finding, aliases }, occurrences }, keys, [...touch.flags], facts);
}

const isLeft = (one: FullOccurrence, touch: Touch): boolean => touch.left.get(one.id)?.scopeId === one.scopeId;

/** What led to the place that a finding left leads there no more, unless it leads to where it stays or went, too. */
function leftBy(findingId: string, touch: Touch, known: Known | undefined): readonly Left[] {
  if (touch.left.size === 0 || known === undefined) return [];
  const { class: kind, assetId } = known.finding;
  const kept = new Set([...touch.keys.map((one) => one.key), ...storedKeys([...known.occurrences.filter((one) => !isLeft(one, touch)), ...touch.occurrences.values()], kind, assetId).map((one) => one.key)]);
  return [...touch.left.values()].map((occurrence) => ({
    findingId, occurrence, keys: storedKeys([occurrence], kind, assetId).map((one) => one.key).filter((key) => !kept.has(key)),
  }));
}

/** Occurrences after the scan; those of its scope see the scan's version. */
export function merged(known: readonly FullOccurrence[], updates: ReadonlyMap<string, FullOccurrence>, scan: ScanFacts): readonly FullOccurrence[] {
  const kept = known.filter((one) => one.scopeId !== scan.scope.scopeId || !updates.has(one.id))
    .map((one) => (one.scopeId === scan.scope.scopeId ? { ...one, scope: scan.scope } : one));
  return [...kept, ...updates.values()];
}
