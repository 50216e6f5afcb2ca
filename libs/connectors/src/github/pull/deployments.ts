import { numberOf, textOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { parseImageReference } from '@throughline/domain';
import { DIGEST, objectsOf } from '../events/common.js';
import { deploymentStateFacts, recordWords } from '../events/deployments.js';
import { attestationsOf, type KnownImage } from './attestations.js';
import { ask, askPage, type Session, type Step } from './session.js';
import { route } from './route.js';
import { nextPart, type Item, type State } from './state.js';

const PER_PAGE = 30;
const STATUSES = 30;
/** The newest deployments of a repository that are read at first. */
const MAX_PAGES = 10;
const OVERLAP_MS = 24 * 3_600_000;

/**
 * Deployments, newest first, a page a step. Those that hold the words of a record cost one more request, for their
 * states; and their digests are asked for attestations, wherever the image lies.
 */
export async function deploymentsStep(session: Session, state: State, item: Item): Promise<Step> {
  const { data, next } = await askPage(session, state, 'GET /repos/{owner}/{repo}/deployments', state.partPage, { parameters: { ...route(item), per_page: PER_PAGE } });
  const oldest = state.since === '' ? '' : new Date(Date.parse(state.since) - OVERLAP_MS).toISOString();
  const deployments = objectsOf(data);
  const fresh = deployments.filter((deployment) => textOf(deployment['created_at']) >= oldest);
  const facts: Fact[] = [];
  for (const deployment of fresh) facts.push(...await factsOf(session, state, item, deployment));
  const attested = await attestationsOf(session, state, fresh.flatMap(imageOf));
  const more = next !== '' && fresh.length === deployments.length && Number(/[?&]page=(\d+)/.exec(next)?.[1] ?? 0) <= MAX_PAGES;
  return { state: more ? { ...attested.state, partPage: next } : nextPart(attested.state), facts: [...facts, ...attested.facts], gaps: attested.gaps };
}

async function factsOf(session: Session, state: State, item: Item, deployment: JsonObject): Promise<readonly Fact[]> {
  const say = (status: JsonObject): readonly Fact[] => {
    const said = deploymentStateFacts(deployment, status, item.repository, session.now);
    return typeof said === 'string' ? [] : said;
  };
  const id = numberOf(deployment['id']);
  if (recordWords(deployment) === undefined || id === undefined) return say({});
  const { data } = await ask(session, state, 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', { parameters: { ...route(item), deployment_id: id, per_page: STATUSES } });
  return [...say({}), ...objectsOf(data).toReversed().flatMap(say)];
}

function imageOf(deployment: JsonObject): KnownImage[] {
  const words = recordWords(deployment);
  const name = words === undefined ? undefined : parseImageReference(words.image)?.name;
  const digest = words?.digest.toLowerCase() ?? '';
  return name === undefined || !DIGEST.test(digest) ? [] : [{ name, digest }];
}
