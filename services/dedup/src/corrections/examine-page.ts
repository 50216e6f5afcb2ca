import type { Unit } from '@throughline/persistence';
import { namedIds } from '../domain/identity/advisories.js';
import type { Known } from '../domain/evolve.js';
import type { Policy } from '../domain/policy.js';
import { recluster, type ReclusterAnswer, type ReclusterQuestion } from '../domain/recluster/index.js';
import { storedKeys } from '../domain/stored-keys.js';
import { loadPast } from '../persistence/alias-merge.repository.js';
import { loadAliases } from '../persistence/alias.repository.js';
import { loadKeyOwners, loadKnown } from '../persistence/finding.repository.js';
import { newestJoins } from '../persistence/recluster.repository.js';

export interface Examined {
  readonly findings: readonly Known[];
  readonly answer: ReclusterAnswer;
}

/** Clusters some findings of an asset anew, together with those that hold keys which the recipes of today give them. */
export async function examine(unit: Unit, tenantId: string, findingIds: readonly string[], policy: Policy): Promise<Examined> {
  const own = [...(await loadKnown(unit, findingIds)).values()];
  const aliases = await loadAliases(unit, [...new Set(own.flatMap((one) => one.occurrences.flatMap(({ content }) => (content.component === null ? [] : namedIds(content.identifiers)))))]);
  const unknown = own.flatMap((one) => storedKeys(one.occurrences, one.finding.class, one.finding.assetId, aliases).map(({ key }) => key).filter((key) => !one.finding.keys.includes(key)));
  const ids = new Set(findingIds);
  const owners = [...new Set([...(await loadKeyOwners(unit, [tenantId], unknown)).values()].filter((one) => !one.former && !ids.has(one.findingId)).map((one) => one.findingId))];
  const findings = [...own, ...(await loadKnown(unit, owners)).values()];
  const all = findings.map((one) => one.finding.findingId);
  const { past, apart } = await loadPast(unit, all);
  const question: ReclusterQuestion = { findings, joins: await newestJoins(unit, all), pinned: past.pinned, apart, aliases, policy };
  return { findings, answer: recluster(question) };
}
