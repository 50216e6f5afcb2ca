import { kindOf, parseUrn, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import type { Graph } from './graph.js';
import type { Link } from './links.js';
import { CANDIDATE_BELOW, CANDIDATE_CONFIDENCE } from './method.js';

/** What an image was built from, as far as one chain of links says. Empty text: that hop is not known. */
export interface Origin {
  readonly repository: Urn | '';
  readonly subPath: Urn | '';
  readonly commit: Urn | '';
  readonly build: Urn | '';
  readonly confidence: number;
  readonly verified: boolean;
  /** One of several that contradict each other, or too weak to be claimed. */
  readonly candidate: boolean;
  /** The link into the image that this origin rests on. */
  readonly link: Link;
  /** The link that says of which commit the build was, where one does. */
  readonly commitLink: Link | undefined;
}

const PER_NODE = 50;

/** Origins of images, in three queries: what produced the image or the index that contains it, and what those were built by. */
export async function resolveOrigins(graph: Graph, images: readonly Urn[]): Promise<Map<Urn, Origin[]>> {
  const unique = [...new Set(images)];
  const direct = (await graph.links({ nodes: unique, direction: 'in', kinds: ['produced', 'contains'], perNode: PER_NODE })).links;
  const parents = direct.filter((link) => link.kind === 'contains' && kindOf(link.from) === 'image');
  const indexes = [...new Set(parents.map((link) => link.from))];
  const inherited = indexes.length
    ? (await graph.links({ nodes: indexes, direction: 'in', kinds: ['produced'], perNode: PER_NODE })).links : [];
  const produced = [...direct.filter((link) => link.kind === 'produced'), ...inherited];
  const builds = [...new Set(produced.map((link) => link.from).filter((node) => kindOf(node) === 'build'))];
  const builtBy = builds.length
    ? (await graph.links({ nodes: builds, direction: 'in', kinds: ['built-by'], perNode: PER_NODE })).links : [];
  return new Map(unique.map((image) => {
    const logical = new Set([image, ...parents.filter((link) => link.to === image).map((link) => link.from)]);
    const own = produced.filter((link) => logical.has(link.to));
    return [image, judgeOrigins(own.flatMap((link) => originsOf(link, builtBy.filter((item) => item.to === link.from))))];
  }));
}

function originsOf(link: Link, builtBy: readonly Link[]): Origin[] {
  const base = { confidence: link.confidence, verified: link.verified, candidate: false, link, commitLink: undefined, build: '' as const, subPath: '' as const };
  const origin = (source: Urn): Origin => ({ ...base, ...sourceOf(source) });
  if (kindOf(link.from) !== 'build') return [origin(link.from)];
  const commits = builtBy.filter((item) => kindOf(item.from) === 'commit');
  const subPath = builtBy.find((item) => kindOf(item.from) === 'repository')?.from;
  const place = subPath ? sourceOf(subPath) : { repository: repositoryOfBuild(link.from), subPath: '' as const, commit: '' as const };
  if (commits.length === 0) return [{ ...base, ...place, build: link.from }];
  // proof of the run's commit outranks what others say of the run; without it, proof of the run stays proof
  const proven = commits.some((item) => item.verified);
  return commits.map((item) => ({
    ...base, ...sourceOf(item.from), subPath: place.subPath, build: link.from, commitLink: item,
    confidence: Math.min(link.confidence, item.confidence), verified: link.verified && (item.verified || !proven),
  }));
}

/** The parts that a commit's or a repository's URN names by itself. */
export function sourceOf(node: Urn): Pick<Origin, 'repository' | 'subPath' | 'commit'> {
  const rest = urnRest(node);
  const at = rest.lastIndexOf('@');
  if (kindOf(node) === 'commit') return { repository: at > 0 ? parseUrn(`repo:${rest.slice(0, at)}`) ?? '' : '', subPath: '', commit: node };
  if (kindOf(node) !== 'repository') return { repository: '', subPath: '', commit: '' };
  const hash = rest.indexOf('#');
  return hash < 0 ? { repository: node, subPath: '', commit: '' } : { repository: parseUrn(`repo:${rest.slice(0, hash)}`) ?? '', subPath: node, commit: '' };
}

/** A GitHub Actions run belongs to the repository in its own address. */
function repositoryOfBuild(build: Urn): Urn | '' {
  const found = /^(.+)\/actions\/runs\/\d+/.exec(urnRest(build))?.[1];
  return found ? parseUrn(`repo:${found}`) ?? '' : '';
}

/** Hex digits of a tag from which on it names one commit and no other, as a label does; fewer may meet another's by chance. */
const UNMISTAKABLE = 12;

/** What we guess from likeness; the rest is stated, by a source or by the image's own tag. */
const isGuess = ({ link }: Origin): boolean => link.method === 'dockerfile' || (link.method === 'tag' && Number(link.evidence['digits']) < UNMISTAKABLE);

/** Whose word counts: proof, else what is stated, else what is guessed; of these only what is more than a candidate by itself. */
function judgesOf(origins: readonly Origin[]): readonly Origin[] {
  const claimable = origins.filter((origin) => origin.confidence >= CANDIDATE_BELOW);
  const ranks = [claimable.filter((origin) => origin.verified), claimable.filter((origin) => !isGuess(origin)), claimable, origins];
  return ranks.find((rank) => rank.length > 0) ?? [];
}

/**
 * Which origins may be claimed. A verified attestation is proof and makes its rivals guesses; a guess never contests
 * what a source states. Else origins that name different repositories, or different commits of one, contradict each
 * other: all become candidates, none is picked.
 */
export function judgeOrigins(origins: readonly Origin[]): Origin[] {
  const judges = judgesOf(origins);
  const proof = judges.some((origin) => origin.verified);
  const contested = distinct(judges.map((origin) => origin.repository)).length > 1
    || (!proof && distinct(judges.map((origin) => origin.commit)).length > 1);
  const commits = new Set(judges.map((origin) => origin.commit));
  return origins.map((origin) => {
    const open = origin.commit === '' || distinct([...commits]).length === 0;
    const agrees = judges.includes(origin) || (origin.commit !== '' && commits.has(origin.commit)) || (open && judges.some((judge) => judge.repository === origin.repository));
    const candidate = contested || !agrees || origin.confidence < CANDIDATE_BELOW;
    return { ...origin, candidate, confidence: candidate ? Math.min(origin.confidence, CANDIDATE_CONFIDENCE) : origin.confidence };
  });
}

/** The repository that all origins agree on, even where the commit is contested. */
export function agreedRepository(origins: readonly Origin[]): Urn | '' {
  const claimed = origins.filter((origin) => !origin.candidate);
  const named = distinct((claimed.length > 0 ? claimed : origins.filter(strong)).map((origin) => origin.repository));
  return named.length === 1 ? (named[0] ?? '') : '';
}

/** The commit that may be claimed, with the confidence of its chain. */
export function claimedCommit(origins: readonly Origin[]): Origin | undefined {
  return origins.filter((origin) => !origin.candidate && origin.commit !== '').sort((a, b) => b.confidence - a.confidence)[0];
}

const strong = (origin: Origin): boolean => origin.link.confidence >= CANDIDATE_BELOW;

const distinct = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].filter((value) => value !== '');
