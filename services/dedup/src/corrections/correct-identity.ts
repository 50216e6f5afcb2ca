import { derivedId, newId, TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { auditMessage, problem, type Caller } from '@throughline/service-kit';
import { lockAsset } from '../consumers/identity-lock.js';
import { compose, type Cause } from '../domain/compose.js';
import { mergeFindings, splitFinding, type Corrector, type Refusal } from '../domain/correct.js';
import type { Known } from '../domain/evolve.js';
import type { Policy } from '../domain/policy.js';
import type { Asset } from '../domain/model.js';
import { assetOfFinding, giveKeys, moveKeys, moveOccurrences, saveDecision } from '../persistence/correction.repository.js';
import { loadKnown, saveFindings } from '../persistence/finding.repository.js';
import { loadPolicy } from '../persistence/policy.repository.js';
import { loadRuns } from '../persistence/ledger.repository.js';

export interface Correcting {
  readonly caller: Caller;
  readonly policy: Policy;
  readonly now: Date;
}

/** Joins findings of one asset into one, in one unit; later scans of any of them find the target. */
export async function merge(unit: Unit, findingId: string, request: { readonly findings: readonly string[]; readonly reason: string }, by: Correcting): Promise<void> {
  const { corrector, known } = await locked(unit, findingId, request.findings, by);
  const others = request.findings.filter((id) => id !== findingId).map((id) => find(known, id));
  const result = mergeFindings(find(known, findingId), others, corrector);
  if ('code' in result) throw refused(result);
  const { into, retired } = result;
  await moveKeys(unit, by.caller.tenantId, into.finding.keys, findingId);
  await moveOccurrences(unit, others.map((one) => one.finding.findingId), findingId);
  await saveFindings(unit, [into.finding, ...retired.map((one) => one.finding)]);
  for (const one of others) {
    await saveDecision(unit, {
      decisionId: newId(), tenantId: by.caller.tenantId, kind: 'merge', findingId, otherId: one.finding.findingId, reason: request.reason, actor: by.caller.actor,
      keys: one.finding.keys, occurrences: one.occurrences.map(({ scopeId, group, ordinal }) => ({ scopeId, group, ordinal })), at: corrector.at,
    });
  }
  for (const one of [into, ...retired]) tell(unit, one, corrector, { change: 'merged', changedBy: by.caller.name, changeReason: request.reason });
  unit.announce(auditMessage(by.caller, 'finding.merged', findingId, { reason: request.reason, after: { merged: request.findings } }, by.now));
}

/** Gives some observations of a finding a finding of their own; returns its id. */
export async function split(unit: Unit, findingId: string, request: { readonly observations: readonly string[]; readonly reason: string }, by: Correcting): Promise<string> {
  const { corrector, known } = await locked(unit, findingId, [], by);
  const created = newId();
  const result = splitFinding(find(known, findingId), new Set(request.observations), created, corrector);
  if ('code' in result) throw refused(result);
  const { rest, part, keys } = result;
  await saveFindings(unit, [rest.finding, part.finding]);
  await giveKeys(unit, by.caller.tenantId, created, keys);
  await moveOccurrences(unit, [findingId], created, part.occurrences.map((one) => one.id));
  const decision = {
    tenantId: by.caller.tenantId, kind: 'split' as const, reason: request.reason, actor: by.caller.actor, keys: keys.map((one) => one.key),
    occurrences: part.occurrences.map(({ scopeId, group, ordinal }) => ({ scopeId, group, ordinal })), at: corrector.at,
  };
  await saveDecision(unit, { ...decision, decisionId: newId(), findingId, otherId: created });
  await saveDecision(unit, { ...decision, decisionId: newId(), findingId: created, otherId: findingId });
  for (const one of [rest, part]) tell(unit, one, corrector, { change: 'split', changedBy: by.caller.name, changeReason: request.reason });
  unit.announce(auditMessage(by.caller, 'finding.split', findingId, { reason: request.reason, after: { created, observations: request.observations } }, by.now));
  return created;
}

/** Loads under the lock of the asset, so that no scan decides about the same findings meanwhile. */
async function locked(unit: Unit, findingId: string, others: readonly string[], by: Correcting): Promise<{ corrector: Corrector; known: ReadonlyMap<string, Known> }> {
  const asset: Asset | undefined = await assetOfFinding(unit, findingId);
  if (asset === undefined) throw notFound(findingId);
  await lockAsset(unit, by.caller.tenantId, asset.urn);
  const runs = (await loadRuns(unit, [asset])).get(asset.assetId) ?? [];
  const policy = await loadPolicy(unit, by.caller.tenantId, by.policy);
  return { corrector: { asset, runs, policy, at: by.now.toISOString() }, known: await loadKnown(unit, [findingId, ...others]) };
}

function find(known: ReadonlyMap<string, Known>, findingId: string): Known {
  const found = known.get(findingId);
  if (found === undefined) throw notFound(findingId);
  if (found.occurrences.length === 0) throw problem(409, 'finding_retired', `Finding ${findingId} was merged into another one; correct that one.`);
  return found;
}

function tell(unit: Unit, { finding, occurrences }: Known, { asset, at }: Corrector, cause: Omit<Cause, 'scanId' | 'changedAt'>): void {
  const tenant = tenantId(finding.tenantId);
  unit.announce({
    topic: TOPICS.findingChanged, key: [tenant, finding.findingId], tenantId: tenant, value: compose(finding, asset, occurrences, { ...cause, scanId: '', changedAt: at }),
    eventId: derivedId(`correction|${finding.findingId}`, 'finding.changed', finding.version),
  });
}

export const notFound = (findingId: string): Error => problem(404, 'finding_not_found', `No finding has the id ${findingId}.`);
const refused = ({ code, detail }: Refusal): Error => problem(422, code, detail);
