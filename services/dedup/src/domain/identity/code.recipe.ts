import type { FindingDraft } from '@throughline/contracts';
import { fingerprint } from './fingerprint.js';
import { normalizedSnippet, repositoryPath } from './normalize.js';
import { strong, type Identity, type IdentityKey, type Recipe } from './recipe.js';

const ID = 'code/1';

/** Fingerprints that are known not to depend on line numbers. Others decide only when there is no snippet. */
const LINE_FREE = /^(?:primaryLocationLineHash|matchBasedId|hashedFingerprint|contextRegionHash|contentHash|similarity|partialFingerprint)/i;

/** Names that promise a fingerprint of something else than the flaw: the whole file, a position, a commit. */
const OF_SOMETHING_ELSE = /file|line|column|position|offset|commit|version/i;

interface Native { readonly name: string; readonly value: string; readonly lineFree: boolean }

/** The first usable fingerprint by name; a constant or a column number ("requires login", "5") identifies nothing. */
function nativeFingerprint(draft: Pick<FindingDraft, 'fingerprints'>): Native | undefined {
  const names = Object.keys(draft.fingerprints).filter((name) => /^\S{8,}$/.test(draft.fingerprints[name] ?? '')).sort();
  const name = names.find((candidate) => LINE_FREE.test(candidate)) ?? names.find((candidate) => !OF_SOMETHING_ELSE.test(candidate));
  return name === undefined ? undefined : { name, value: draft.fingerprints[name] ?? '', lineFree: LINE_FREE.test(name) };
}

/** `name=value` of the fingerprint that does not depend on lines; '' when the tool gives none. */
export function lineFreeFingerprint(fingerprints: FindingDraft['fingerprints']): string {
  const native = nativeFingerprint({ fingerprints });
  return native?.lineFree === true ? `${native.name}=${native.value}` : '';
}

/**
 * A flaw in a file, by one tool and rule. Strong keys in order: `content` (path, symbol, snippet without white space,
 * ordinal among equals), `native` (the tool's fingerprint, within rule and path). Without a snippet the native
 * fingerprint stands alone; without both, `place` (path and symbol, ordinal) does, and the first of several equal flaws
 * to go takes the others' places. Lines and columns are in no key. File moves and edits of the flagged line are matched
 * by issue 5's assignment; two tools' views of one line stay two findings until then.
 */
export const codeRecipe: Recipe = {
  id: 'code',
  version: 1,
  classes: ['sast', 'iac', 'secrets', 'sca', 'container', 'dast', 'cspm'],
  identify(draft: FindingDraft, assetId: string): Identity {
    const place = [ID, assetId, draft.rule.tool, draft.rule.id, repositoryPath(draft.location?.path ?? '')];
    const symbol = draft.location?.symbol ?? '';
    const code = normalizedSnippet(draft.location?.snippet ?? '');
    const native = nativeFingerprint(draft);
    const nativeKey = native === undefined ? undefined : strong(ID, 'native', fingerprint(...place, 'native', native.name, native.value));
    if (code !== '') {
      const group = fingerprint(...place, 'content', symbol, code);
      const extra = native?.lineFree === true && nativeKey !== undefined ? [nativeKey] : [];
      return multiset(group, (ordinal) => [strong(ID, 'content', fingerprint(group, ordinal)), ...extra]);
    }
    if (nativeKey !== undefined) {
      return multiset(nativeKey.key, (ordinal) => (ordinal === 0 ? [nativeKey] : [strong(ID, 'native', fingerprint(nativeKey.key, ordinal))]));
    }
    const group = fingerprint(...place, 'place', symbol, draft.location?.url ?? '', draft.location?.resource ?? '');
    return multiset(group, (ordinal) => [strong(ID, 'place', fingerprint(group, ordinal))]);
  },
};

function multiset(group: string, keys: (ordinal: number) => readonly IdentityKey[]): Identity {
  return { recipe: ID, group, multiset: true, keys };
}
