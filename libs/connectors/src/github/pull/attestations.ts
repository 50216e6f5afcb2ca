import { createHash } from 'node:crypto';
import { attestationFact, deploymentFacts, objectOf, textOf, timeless, timeOf, type Fact, type PullGap } from '@throughline/connectors/api';
import { urn } from '@throughline/domain';
import { DIGEST, objectsOf } from '../events/common.js';
import { refusalGap } from './permissions.js';
import { ask, isRefusal, laneOf, type Session } from './session.js';
import type { State } from './state.js';

/** An image whose digest is known from somewhere: GitHub finds attestations by digest only. */
export interface KnownImage {
  /** Registry and name. */
  readonly name: string;
  readonly digest: string;
}

export interface Found {
  readonly state: State;
  readonly facts: readonly Fact[];
  readonly gaps: readonly PullGap[];
}

const PER_PAGE = 100;
const MAX_PAGES = 10;
/** Images of one page whose linked artifacts are asked for; each costs a request. */
const MAX_LINKED = 20;

/** Attestations of up to 1024 images in one request, and the next pages of it. */
export async function attestationsOf(session: Session, state: State, images: readonly KnownImage[]): Promise<Found> {
  if (state.off.includes('attestations') || images.length === 0) return { state, facts: [], gaps: [] };
  const lane = laneOf(state);
  const route = `POST ${lane.user === true ? '/users' : '/orgs'}/{owner}/attestations/bulk-list{?per_page,after}`;
  const names = new Map(images.map(({ name, digest }) => [digest, name]));
  const facts: Fact[] = [];
  let apart = 0;
  try {
    for (let page = 0, after = ''; page < MAX_PAGES; page += 1) {
      const { data } = await ask(session, state, route, { parameters: { owner: lane.owner, per_page: PER_PAGE, ...(after !== '' && { after }) }, body: { subject_digests: [...names.keys()] } });
      for (const [digest, found] of Object.entries(objectOf(objectOf(data)['attestations_subject_digests']))) {
        const name = names.get(digest);
        // An answer about a digest that was not asked for is about nothing of ours.
        if (name === undefined) continue;
        const told = objectsOf(found).map((one) => factOf({ name, digest }, one['bundle'], session.now));
        facts.push(...told.flat());
        apart += told.filter((fact) => fact.length === 0).length;
      }
      after = textOf(objectOf(objectOf(data)['page_info'])['next']);
      if (after === '') break;
    }
    return { state, facts, gaps: apart === 0 ? [] : [apartGap(lane.owner)] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: { ...state, off: [...state.off, 'attestations'] }, facts, gaps: [refusalGap(`github:${lane.owner.toLowerCase()}`, 'attestations', error)] };
  }
}

const apartGap = (owner: string): PullGap => ({
  scope: `github:${owner.toLowerCase()}`, code: 'unsupported', reason: 'GitHub keeps the bundles of some attestations apart from its answer: they were not read',
  remedy: 'Push the attestation to the registry as well (`push-to-registry: true` of actions/attest-build-provenance).',
});

function factOf({ name, digest }: KnownImage, bundle: unknown, now: Date): Fact[] {
  const given = objectOf(bundle);
  if (Object.keys(given).length === 0) return [];
  // Whole numbers that JavaScript cannot hold come as BigInt, which has no JSON form.
  const text = JSON.stringify(given, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  const hash = createHash('sha256').update(text).digest('hex');
  return [timeless(attestationFact(`attestation|${digest}|${hash}`, {
    subject: urn(`image:${name}@${digest}`), bundle: text, mediaType: textOf(given['mediaType']), origin: 'github-attestations', observedAt: now.toISOString(),
  }))];
}

/** Deployment records of linked artifacts (https://docs.github.com/rest/orgs/artifact-metadata): where others say that the image runs. */
export async function linkedArtifactsOf(session: Session, state: State, images: readonly KnownImage[]): Promise<Found> {
  const lane = laneOf(state);
  if (lane.user === true || state.off.includes('linked-artifacts')) return { state, facts: [], gaps: [] };
  const facts: Fact[] = [];
  try {
    for (const image of images.slice(0, MAX_LINKED)) {
      const { data } = await ask(session, state, 'GET /orgs/{org}/artifacts/{subject_digest}/metadata/deployment-records', { parameters: { org: lane.owner, subject_digest: image.digest } });
      for (const record of objectsOf(objectOf(data)['deployment_records'])) facts.push(...recordFacts(image, record, session.now));
    }
    return { state, facts, gaps: [] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { state: { ...state, off: [...state.off, 'linked-artifacts'] }, facts, gaps: [refusalGap(`github:${lane.owner.toLowerCase()}`, 'linked-artifacts', error)] };
  }
}

function recordFacts(image: KnownImage, record: Readonly<Record<string, unknown>>, now: Date): readonly Fact[] {
  if (textOf(record['digest']).toLowerCase() !== image.digest || !DIGEST.test(image.digest)) return [];
  const at = timeOf(record['updated_at'] ?? record['created'] ?? record['created_at'], now);
  const service = [textOf(record['cluster']), textOf(record['deployment_name'])].filter((part) => part !== '').join('/');
  const over = textOf(record['status']) === 'decommissioned';
  const facts = deploymentFacts({ image: image.name, digest: image.digest, service, environment: textOf(record['logical_environment']), at: timeOf(record['created'] ?? record['created_at'], new Date(at)) }, {
    observedAt: at, evidence: { linkedArtifact: record['id'], tags: objectOf(record['tags']) }, ...(over && { validTo: at }),
  });
  return typeof facts === 'string' ? [] : facts;
}
