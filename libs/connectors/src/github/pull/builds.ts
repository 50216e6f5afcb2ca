import { assetFact, numberOf, objectOf, textOf, timeless, timeOf, type Fact, type JsonObject } from '@throughline/connectors/api';
import { DIGEST, objectsOf } from '../events/common.js';
import { buildOf, runFacts } from '../events/runs.js';
import { askPage, type Session, type Step } from './session.js';
import { route } from './route.js';
import { nextPart, type Item, type State } from './state.js';

const PER_PAGE = 100;
const DAY_MS = 24 * 3_600_000;
/** How far back builds are read at first. */
const HISTORY_DAYS = 90;
/** A run that began before the last pull may have ended since. */
const OVERLAP_MS = DAY_MS;
const MAX_ARTIFACT_PAGES = 3;
const MAX_ARTIFACTS = 30;

/** Runs of a repository, newest first, a page a step. Not filtered by time: GitHub gives no more than 1000 runs of a filtered list. */
export async function runsStep(session: Session, state: State, item: Item): Promise<Step> {
  const { data, next } = await askPage(session, state, 'GET /repos/{owner}/{repo}/actions/runs', state.partPage, { parameters: { ...route(item), per_page: PER_PAGE } });
  const runs = objectsOf(objectOf(data)['workflow_runs']);
  const fresh = runs.filter((run) => textOf(run['created_at'] ?? run['run_started_at']) >= sinceDay(session, state));
  const facts = fresh.flatMap((run) => {
    const said = runFacts(run, item.repository, session.now);
    return typeof said === 'string' ? [] : said;
  });
  return { state: next === '' || fresh.length < runs.length ? nextPart(state) : { ...state, partPage: next }, facts };
}

const sinceDay = (session: Session, state: State): string =>
  new Date(state.since === '' ? session.now.getTime() - HISTORY_DAYS * DAY_MS : Date.parse(state.since) - OVERLAP_MS).toISOString().slice(0, 10);

/**
 * Artifacts, newest first, as attributes of their builds: names and digests. They speak as a part of their own, since
 * attributes of one source replace each other as a whole.
 */
export async function artifactsStep(session: Session, state: State, item: Item): Promise<Step> {
  const oldest = sinceDay(session, state);
  const byRun = new Map<number, JsonObject[]>();
  let page = '';
  for (let read = 0; read < MAX_ARTIFACT_PAGES; read += 1) {
    const { data, next } = await askPage(session, state, 'GET /repos/{owner}/{repo}/actions/artifacts', page, { parameters: { ...route(item), per_page: PER_PAGE } });
    const found = objectsOf(objectOf(data)['artifacts']);
    for (const artifact of found) {
      const run = numberOf(objectOf(artifact['workflow_run'])['id']);
      if (run !== undefined) byRun.set(run, [...(byRun.get(run) ?? []), artifact]);
    }
    page = next;
    if (page === '' || found.some((artifact) => textOf(artifact['created_at']) < oldest)) break;
  }
  return { state: nextPart(state), part: 'artifacts', facts: [...byRun].map(([run, artifacts]) => artifactFact(item, run, artifacts, session.now)) };
}

function artifactFact(item: Item, run: number, artifacts: readonly JsonObject[], now: Date): Fact {
  const build = buildOf(item.repository, run);
  const listed = artifacts.slice(0, MAX_ARTIFACTS).map((artifact) => {
    const digest = textOf(artifact['digest']);
    return { name: textOf(artifact['name'], 100), size: numberOf(artifact['size_in_bytes']) ?? 0, ...(DIGEST.test(digest) && { digest }) };
  }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return timeless(assetFact(`artifacts|${build}`, { urn: build, kind: 'build', attributes: { artifacts: listed }, observedAt: timeOf(artifacts[0]?.['updated_at'], now) }));
}
