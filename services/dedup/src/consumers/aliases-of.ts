import type { FindingObserved } from '@throughline/contracts';
import type { Unit } from '@throughline/persistence';
import { NO_ALIASES, type Aliases } from '../domain/aliases/aliases.js';
import { namedIds } from '../domain/identity/advisories.js';
import { loadAliases, shareAliases } from '../persistence/alias.repository.js';

/**
 * What feeds say of the ids that results about packages name. Until the unit ends no feed changes it, so that the due work
 * that follows such a change sees whatever this unit decides.
 */
export async function aliasesOf(unit: Unit, parts: readonly FindingObserved[]): Promise<Aliases> {
  const ids = new Set<string>();
  for (const { drafts } of parts) for (const draft of drafts) if (draft.component !== null) for (const id of namedIds(draft.identifiers)) ids.add(id);
  if (ids.size === 0) return NO_ALIASES;
  await shareAliases(unit);
  return loadAliases(unit, [...ids]);
}
