import { fingerprint, type Fingerprint, type IdentityKey } from './identity/index.js';
import type { Matched } from './match.js';

/** Which finding a draft without a known occurrence is. */
export interface Resolution {
  readonly findingId: string;
  readonly created: boolean;
  /** Keys that this draft adds to the finding. */
  readonly keys: readonly IdentityKey[];
  /** Findings that share strong keys with the draft, when there are several: all get `identity_conflict`. */
  readonly rivals: readonly string[];
}

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
 * A native fingerprint never brings two results of one scan together: equal flaws stay as many as they are.
 */
export class Resolver {
  readonly #owners: Map<Fingerprint, string>;
  readonly #claimed: Set<string>;
  readonly #newId: () => string;

  constructor(owners: ReadonlyMap<Fingerprint, string>, claimed: ReadonlySet<string>, newId: () => string) {
    this.#owners = new Map(owners);
    this.#claimed = new Set(claimed);
    this.#newId = newId;
  }

  resolve(matched: Matched): Resolution {
    const { identity } = matched.prepared;
    const operator = this.#owners.get(operatorKey(identity.group, matched.ordinal));
    if (operator !== undefined) return { findingId: operator, created: false, keys: [], rivals: [] };
    const keys = identity.keys(matched.ordinal).filter((one) => one.strength === 'strong' && !this.#misleads(one, identity.multiset));
    const owners = [...new Set(keys.map((one) => this.#owners.get(one.key)).filter((id) => id !== undefined))];
    const findingId = owners[0] ?? this.#newId();
    const added = keys.filter((one) => !this.#owners.has(one.key));
    for (const one of added) this.#owners.set(one.key, findingId);
    this.#claimed.add(findingId);
    return { findingId, created: owners.length === 0, keys: added, rivals: owners.length > 1 ? owners : [] };
  }

  #misleads(key: IdentityKey, multiset: boolean): boolean {
    const owner = this.#owners.get(key.key);
    return multiset && key.kind === 'native' && owner !== undefined && this.#claimed.has(owner);
  }
}
