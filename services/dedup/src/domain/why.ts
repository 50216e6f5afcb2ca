import type { IdentityKey } from './identity/index.js';
import type { Finding, FullOccurrence } from './model.js';
import { operatorKey } from './resolve.js';
import { storedKeys } from './stored-keys.js';

/** Why an observation is part of its finding: the rule, what agreed, how sure. */
export interface Why {
  readonly rule: string;
  readonly recipe: string;
  readonly fields: readonly string[];
  /** 0 to 1; a strong key and a person's word are 1. */
  readonly confidence: number;
  /** When it was decided. */
  readonly at: string;
  /** Who decided, when a person did; '' otherwise. */
  readonly by: string;
  /** What speaks for it beyond the fields: a person's reason, edges of aliases. */
  readonly evidence: string;
  /** The scan whose result was joined; null when none came or it is not kept. */
  readonly scan: string | null;
}

/** A join that was kept when it was made. */
export interface KeptWhy extends Omit<Why, 'by'> {
  readonly occurrenceId: string;
}

/** A merge or split by a person that brought occurrences to the finding. */
export interface PersonsWord {
  readonly kind: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  readonly occurrences: readonly Pick<FullOccurrence, 'scopeId' | 'group' | 'ordinal'>[];
}

/** What each kind of strong key is made of, in words of the record. */
const KEY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  alias: ['package', 'advisory'], feed: ['package', 'advisory by alias'], value: ['secret value'], route: ['rule', 'method', 'route', 'parameter'], resource: ['rule', 'resource', 'path'],
  control: ['control', 'resource'], content: ['rule', 'path', 'symbol', 'code'], native: ['rule', 'path', 'fingerprint'], place: ['rule', 'path', 'symbol'], operator: ['a person decided'],
};

/**
 * The word of a person outweighs a kept join, and a join the keys: that is the order in which they decided. Undefined
 * when only a fingerprint led here that is not kept with the observation.
 */
export function whyPart(one: FullOccurrence, finding: Pick<Finding, 'keys' | 'class' | 'assetId'>, kept: readonly KeptWhy[], words: readonly PersonsWord[]): Why | undefined {
  const word = words.find(({ occurrences }) => occurrences.some((place) => place.scopeId === one.scopeId && place.group === one.group && place.ordinal === one.ordinal));
  if (word !== undefined) return { rule: word.kind === 'split' ? 'split by a person' : 'merged by a person', recipe: 'operator/1', fields: [], confidence: 1, at: word.at, by: word.actor, evidence: word.reason, scan: null };
  const join = kept.find((row) => row.occurrenceId === one.id);
  if (join !== undefined) {
    const { occurrenceId: _id, ...why } = join;
    return { ...why, by: '' };
  }
  const key = sharedKey(one, finding);
  return key && { rule: `same key: ${key.kind}`, recipe: key.recipe, fields: KEY_FIELDS[key.kind] ?? [], confidence: 1, at: one.firstSeen, by: '', evidence: key.subject ?? '', scan: null };
}

function sharedKey(one: FullOccurrence, { keys, class: findingClass, assetId }: Pick<Finding, 'keys' | 'class' | 'assetId'>): IdentityKey | undefined {
  const held = new Set(keys);
  const operator = operatorKey(one.group, one.ordinal);
  if (held.has(operator)) return { key: operator, strength: 'strong', kind: 'operator', recipe: 'operator/1' };
  return storedKeys([one], findingClass, assetId).find((key) => held.has(key.key));
}
