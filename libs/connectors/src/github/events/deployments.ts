import { deploymentFacts, numberOf, objectOf, textOf, timeOf, type DeploymentRecord, type Fact, type JsonObject } from '@throughline/connectors/api';
import { environmentFacts, SHA, type EventInput, type Outcome } from './common.js';

/** A deployment that was only announced may still fail. */
const ANNOUNCED_CONFIDENCE = 0.6;
const OVER: ReadonlySet<string> = new Set(['failure', 'error', 'inactive']);

export function deployed({ payload, repository, receivedAt }: EventInput): Outcome {
  const facts = deploymentStateFacts(objectOf(payload['deployment']), objectOf(payload['deployment_status']), repository, receivedAt);
  if (typeof facts === 'string') return facts;
  return facts.length > 0 ? { facts } : 'the deployment names no environment and holds no record';
}

/** A deployment in one of its states (an empty status: it was created), as events and lists hold it. */
export function deploymentStateFacts(deployment: JsonObject, status: JsonObject, repository: string, receivedAt: Date): Fact[] | string {
  const id = numberOf(deployment['id']);
  const sha = textOf(deployment['sha']);
  if (id === undefined || !SHA.test(sha)) return 'the deployment has no id or commit';
  const createdAt = timeOf(deployment['created_at'], receivedAt);
  const environment = textOf(deployment['environment']) || textOf(status['environment']);
  const known = environmentFacts(environment, createdAt);
  const words = recordWords(deployment);
  if (words === undefined) return known;
  const state = textOf(status['state']) || 'created';
  const changedAt = timeOf(status['created_at'], new Date(createdAt));
  const over = OVER.has(state);
  const facts = deploymentFacts({ ...words, environment: words.environment || environment, at: timeOf(words.at, new Date(createdAt)) }, {
    repository, observedAt: changedAt, evidence: { deployment: id, state, repository },
    ...(state !== 'success' && !over && { confidence: ANNOUNCED_CONFIDENCE }), ...(over && { validTo: changedAt }),
  });
  if (typeof facts === 'string') return known;
  // Nothing of the image and the commit themselves: attributes of one source replace each other as a whole, and packages
  // and pushes know more. The state is part of what makes the fact: an announcement and its success are two of one roll-out.
  return [...known, ...facts.filter((fact) => !('asset' in fact && fact.asset.kind === 'image')).map((fact) => (fact.timeless ? fact : { ...fact, naturalKey: `${fact.naturalKey}|${id}|${state}` }))];
}

/** The deployment record in a payload, which GitHub gives as an object or as the text that the client sent. */
export function recordWords(deployment: JsonObject): DeploymentRecord | undefined {
  const value = deployment['payload'];
  const words = objectOf(typeof value === 'string' ? parsed(value) : value);
  const image = textOf(words['image']);
  const digest = textOf(words['digest']);
  const service = textOf(words['service']);
  if (image === '' || digest === '' || service === '') return undefined;
  const build = textOf(words['build']);
  return { image, digest, service, environment: textOf(words['environment']), commit: textOf(words['commit']) || textOf(deployment['sha']), at: textOf(words['at']), ...(build !== '' && { build }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
