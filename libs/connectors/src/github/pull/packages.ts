import { linkFact, objectOf, textOf, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { urn } from '@throughline/domain';
import { DIGEST, hostOf, objectsOf, repositoryOf, textsOf } from '../events/common.js';
import { imageFacts, registryOf } from '../events/packages.js';
import { attestationsOf, linkedArtifactsOf } from './attestations.js';
import { refusalGap } from './permissions.js';
import { ask, askPage, isRefusal, laneOf, type Session, type Step } from './session.js';
import { nextPart, nextStage, type Item, type State } from './state.js';

const PER_PAGE = 100;
/** The tags of a package are one inventory, so that a tag that moved leaves the image that it was on. */
const PARTS = ['versions', 'tags'] as const;
const NAME = /^\w[\w./-]*$/;

/** Container packages of an owner: images with their tags, and the attestations of their digests. */
export async function packagesStep(session: Session, state: State): Promise<Step> {
  const lane = laneOf(state);
  if (state.off.includes('packages')) return { state: nextStage(state) };
  const [item] = state.queue;
  if (item !== undefined) return packagePage(session, state, item);
  if (state.page === '') return { state: nextStage(state) };
  const route = `GET ${lane.user === true ? '/users' : '/orgs'}/{owner}/packages`;
  try {
    const { data, next } = await askPage(session, state, route, state.page, { parameters: { owner: lane.owner, package_type: 'container', per_page: PER_PAGE } });
    const queue = objectsOf(data).filter((given) => NAME.test(textOf(given['name'])) && changedSince(given, state.since)).map((given) => itemOf(given));
    return { state: { ...state, page: next, queue } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: nextStage(state), gaps: [refusalGap(`github:${lane.owner.toLowerCase()}`, 'packages', error)] };
  }
}

const changedSince = (given: JsonObject, since: string): boolean => since === '' || timeOf(given['updated_at'], new Date(since)) >= since;

const itemOf = (given: JsonObject): Item => ({ name: textOf(given['name']), branch: registryOf(hostOf(given)), repository: repositoryOf(given['repository']) ?? '', parts: [...PARTS] });

async function packagePage(session: Session, state: State, item: Item): Promise<Step> {
  const lane = laneOf(state);
  const tags = item.parts[0] === 'tags';
  const scope = `package:${lane.owner.toLowerCase()}/${item.name.toLowerCase()}`;
  try {
    const route = `GET ${lane.user === true ? '/users' : '/orgs'}/{owner}/packages/container/{name}/versions`;
    const { data, next } = await askPage(session, state, route, state.partPage, { parameters: { owner: lane.owner, name: item.name, per_page: PER_PAGE } });
    const versions = objectsOf(data).filter((version) => DIGEST.test(textOf(version['name'])));
    const after = next === '' ? nextPart(state) : { ...state, partPage: next };
    if (tags) return { state: after, facts: versions.flatMap((version) => tagFacts(lane.owner, item, version, session.now)), snapshot: { scope, complete: true, last: next === '' } };
    return await imagesStep(session, after, item, versions);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const gaps = [refusalGap(`github:${lane.owner.toLowerCase()} package ${item.name}`, 'packages', error)];
    return tags ? { state: nextPart(state), gaps, snapshot: { scope, complete: false, last: true } } : { state: nextPart(nextPart(state)), gaps };
  }
}

const nameOf = (owner: string, item: Item): string => `${item.branch}/${owner}/${item.name}`.toLowerCase();
const tagsOf = (version: JsonObject): readonly string[] => textsOf(objectOf(objectOf(version['metadata'])['container'])['tags']).filter((tag) => /^\w[\w.-]{0,127}$/.test(tag));

function tagFacts(owner: string, item: Item, version: JsonObject, now: Date): Fact[] {
  const name = nameOf(owner, item);
  const at = timeOf(version['updated_at'] ?? version['created_at'], now);
  return tagsOf(version).map((tag) => linkFact(`package|${name}|${tag}|${textOf(version['name'])}`, {
    from: urn(`image:${name}@${textOf(version['name'])}`), to: urn(`tag:${name}:${tag}`), kind: 'tagged', method: 'api', evidence: { package: `${owner}/${item.name}` }, validFrom: at, observedAt: at,
  }));
}

/** The list holds digests, tags and times; labels come with the event only. */
async function imagesStep(session: Session, state: State, item: Item, versions: readonly JsonObject[]): Promise<Step> {
  const owner = laneOf(state).owner;
  const name = nameOf(owner, item);
  const facts = versions.flatMap((version) => imageFacts({
    name, digest: textOf(version['name']), tags: tagsOf(version), mediaType: '', pushedAt: timeOf(version['created_at'], session.now), repository: item.repository,
    evidence: { package: `${owner}/${item.name}`, repository: item.repository },
  }));
  const images = versions.map((version) => ({ name, digest: textOf(version['name']) }));
  const attested = await attestationsOf(session, state, images);
  const tagged = versions.filter((version) => tagsOf(version).length > 0).map((version) => ({ name, digest: textOf(version['name']) }));
  const linked = await linkedArtifactsOf(session, attested.state, tagged);
  return { state: linked.state, facts: [...facts, ...attested.facts, ...linked.facts], gaps: [...attested.gaps, ...linked.gaps] };
}

/** Reads one package again, because an event said that it changed. */
export async function packageAgain(session: Session, state: State, name: string): Promise<Step> {
  const lane = laneOf(state);
  try {
    const { data } = await ask(session, state, `GET ${lane.user === true ? '/users' : '/orgs'}/{owner}/packages/container/{name}`, { parameters: { owner: lane.owner, name } });
    return { state: { ...state, stage: 'packages', page: '', queue: [itemOf(objectOf(data))], only: 'packages' } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: { ...state, stage: 'end', only: 'packages' }, gaps: [refusalGap(`github:${lane.owner.toLowerCase()} package ${name}`, 'packages', error)] };
  }
}
