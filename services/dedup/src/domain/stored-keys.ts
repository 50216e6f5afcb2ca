import type { FindingDraft } from '@throughline/contracts';
import type { Aliases } from './aliases/aliases.js';
import { identify, type IdentityKey } from './identity/index.js';
import type { FullOccurrence } from './model.js';

/** A stored occurrence as the draft it was, as far as recipes read it. */
export function draftOf({ content }: Pick<FullOccurrence, 'content'>, findingClass: string): FindingDraft {
  const { context: _context, native = '', class: kind = findingClass, ...shown } = content;
  const at = native.indexOf('=');
  return { ...shown, ordinal: 0, class: kind, fingerprints: at < 0 ? {} : { [native.slice(0, at)]: native.slice(at + 1) }, attributes: {}, detectedAt: '' };
}

/** The strong keys that recipes give for what occurrences show. Fingerprints that depend on lines are not kept with them. */
export function storedKeys(occurrences: readonly FullOccurrence[], findingClass: string, assetId: string, aliases?: Aliases): readonly IdentityKey[] {
  return occurrences.flatMap((one) => identify(draftOf(one, findingClass), assetId, aliases).keys(one.ordinal));
}
