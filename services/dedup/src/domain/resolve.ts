import { FEED_KEY, fingerprint, type Fingerprint, type IdentityKey } from './identity/index.js';
import type { Matched } from './match.js';
import type { FullOccurrence } from './model.js';
import type { Join } from './near/view.js';

/** Which finding a draft without a known occurrence is. */
export interface Resolution {
  readonly findingId: string;
  readonly created: boolean;
  /** Keys that this draft adds to the finding. */
  readonly keys: readonly IdentityKey[];
  /** Findings that share strong keys with the draft, when there are several: all get `identity_conflict`. */
  readonly rivals: readonly string[];
  /** Why, when no strong key says so. */
  readonly join?: Join;
  /** The occurrence that moved here. */
  readonly moved?: FullOccurrence;
  /** Findings that it may as well be: it became none of them, and all get `identity_ambiguous`. */
  readonly candidates?: readonly string[];
}

/** Whose a strong key is. A former key is of a place that the finding left. */
export interface KeyOwner {
  readonly findingId: string;
  readonly former: boolean;
  /** Given by a feed's aliases and not by a result. */
  readonly feed: boolean;
}

/** Why a result is a finding whose results name other ids of its flaw. */
export const ALIAS_JOIN: Join = { rule: 'alias', recipe: 'package/1', fields: ['identifiers'], confidence: 1 };

/** Key under which an operator's split puts an occurrence; it outweighs every other. */
export const operatorKey = (group: Fingerprint, ordinal: number): Fingerprint => fingerprint('operator', group, ordinal);

/** Every key to look up for a draft, operator's first. */
export function lookupKeys(matched: Matched): readonly Fingerprint[] {
  const { identity } = matched.prepared;
  return [operatorKey(identity.group, matched.ordinal), ...identity.keys(matched.ordinal).map((one) => one.key)];
}

/**
 * Decides by strong keys, one draft after the other, and remembers the keys it hands out. One finding: that is it.
 * Several: it fails closed: none is merged, the draft stays with the one of the most authoritative key, all are flagged.
 * A feed's alias leads to a finding only where nothing that the result names does.
 * A native fingerprint never brings two results of one scan together: equal flaws stay as many as they are.
 */
export class Resolver {
  readonly #owners = new Map<Fingerprint, string>();
  readonly #former = new Map<Fingerprint, string>();
  readonly #feed = new Set<Fingerprint>();
  readonly #claimed: Set<string>;
  readonly #newId: () => string;

  constructor(owners: ReadonlyMap<Fingerprint, KeyOwner>, claimed: ReadonlySet<string>, newId: () => string) {
    for (const [key, { findingId, former, feed }] of owners) {
      (former ? this.#former : this.#owners).set(key, findingId);
      if (feed) this.#feed.add(key);
    }
    this.#claimed = new Set(claimed);
    this.#newId = newId;
  }

  /** The finding that strong keys lead to; undefined when they lead to none. */
  known(matched: Matched): Resolution | undefined {
    const { identity } = matched.prepared;
    const operator = this.#owners.get(operatorKey(identity.group, matched.ordinal));
    if (operator !== undefined) return { findingId: operator, created: false, keys: [], rivals: [] };
    const keys = this.#usable(matched);
    const owners = this.#ownersOf(keys.filter((one) => !this.#byFeed(one)));
    if (owners[0] !== undefined) return this.#given(matched, owners[0], { created: false, rivals: owners.length > 1 ? owners : [] });
    const [alias] = this.#ownersOf(keys);
    return alias === undefined ? undefined : this.#given(matched, alias, { created: false, rivals: [], join: ALIAS_JOIN });
  }

  #ownersOf(keys: readonly IdentityKey[]): readonly string[] {
    return [...new Set(keys.map((one) => this.#owners.get(one.key)).filter((id) => id !== undefined))];
  }

  /** Whether this key leads to its finding by a feed's word alone: results name other ids. */
  readonly #byFeed = (key: IdentityKey): boolean => key.kind === FEED_KEY || this.#feed.has(key.key);

  /** The finding that left this very place and that nothing of this scan shows; undefined when there is none, or several. */
  returning(matched: Matched): Resolution | undefined {
    const owners = [...new Set(this.#usable(matched).map((one) => this.#former.get(one.key)).filter((id) => id !== undefined && !this.#claimed.has(id)))];
    return owners.length === 1 ? this.#given(matched, owners[0] as string, { created: false, rivals: [], join: { rule: 'returned', fields: ['place'], confidence: 1, recipe: 'drift/1' } }) : undefined;
  }

  /** Findings that left the places of these results: whether they are still shown decides whether they return. */
  formerOwners(all: readonly Matched[]): readonly string[] {
    return [...new Set(all.flatMap((one) => this.#usable(one).map((key) => this.#former.get(key.key)).filter((id) => id !== undefined)))];
  }

  /** These findings are shown by the scan already. */
  claim(findingIds: readonly string[]): void {
    for (const id of findingIds) this.#claimed.add(id);
  }

  /** Joins a draft to a finding for a reason that is no strong key. */
  join(matched: Matched, findingId: string, reason: Pick<Resolution, 'join' | 'moved' | 'created' | 'candidates'>): Resolution {
    return this.#given(matched, findingId, { rivals: [], ...reason });
  }

  create(matched: Matched, candidates?: readonly string[]): Resolution {
    return this.#given(matched, this.#newId(), { created: true, rivals: [], ...(candidates === undefined ? {} : { candidates }) });
  }

  #given(matched: Matched, findingId: string, rest: Omit<Resolution, 'findingId' | 'keys'>): Resolution {
    const added = this.#usable(matched).filter((one) => !this.#owners.has(one.key));
    for (const one of added) {
      this.#owners.set(one.key, findingId);
      if (one.kind === FEED_KEY) this.#feed.add(one.key);
    }
    this.#claimed.add(findingId);
    return { findingId, keys: added, ...rest };
  }

  #usable(matched: Matched): readonly IdentityKey[] {
    const { identity } = matched.prepared;
    return identity.keys(matched.ordinal).filter((one) => one.strength === 'strong' && !(identity.multiset && one.kind === 'native' && this.#isClaimed(one.key)));
  }

  #isClaimed(key: Fingerprint): boolean {
    const owner = this.#owners.get(key);
    return owner !== undefined && this.#claimed.has(owner);
  }
}
