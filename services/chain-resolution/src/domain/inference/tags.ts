import { parseUrn, urnRest } from '@throughline/domain';
import type { Urn } from '@throughline/domain';
import { claimOf } from '../claims.js';
import type { LinkClaim } from '../claims.js';
import { sourceOf } from '../origins.js';
import { INFERENCE_SOURCE } from './source.js';

/** A tag of an image that may be the id of the commit it was built from. */
export interface TagHint {
  readonly tag: string;
  /** Lower-case hex digits, 7 to 64. */
  readonly hex: string;
  /** A tag that could as well be a date, a number or a word counts only where the names agree. */
  readonly plain: boolean;
}

/** A commit that is known, with the time at which it was made where that is known (epoch ms, else 0). */
export interface KnownCommit {
  readonly urn: Urn;
  readonly committedAt: number;
}

const HEX = /^[0-9a-f]{7,64}$/;
const ARCHITECTURE = /^(amd64|arm64|arm64v8|armv7|arm|x86_64|aarch64|linux)$/;
const TIME = /^\d{10,14}$/;
const MARKED = /^(sha|git|commit|rev)$/;
/** Below this length a run of digits or letters is as likely a number or a word. */
const UNMISTAKABLE = 12;

/**
 * The commit id in a tag: the whole tag, or its last part (`main-1a2b3c4`, `sha-1a2b3c4`, `v1.2-3-g1a2b3c4` of git
 * describe), before an architecture or a time (`main-1a2b3c4-1700000000`, as Flux tags).
 */
export function tagHint(tag: string): TagHint | undefined {
  const parts = tag.toLowerCase().split(/[-_.]/);
  while (parts.length > 1 && (ARCHITECTURE.test(parts.at(-1) ?? '') || (TIME.test(parts.at(-1) ?? '') && HEX.test(parts.at(-2) ?? '')))) parts.pop();
  const last = parts.at(-1) ?? '';
  const described = parts.length > 1 && /^g[0-9a-f]{7,64}$/.test(last);
  const hex = described ? last.slice(1) : last;
  if (!HEX.test(hex)) return undefined;
  const marked = described || MARKED.test(parts.at(-2) ?? '');
  return { tag, hex, plain: !marked && hex.length < UNMISTAKABLE && !(/[a-f]/.test(hex) && /\d/.test(hex)) };
}

/** A build of a moment before its commit does not exist; clocks differ by less. */
const CLOCKS_MS = 3_600_000;
const CANDIDATE = 0.4;
const MAX_COMMITS = 20;

/**
 * Links from commits to an image by its tags: one when all tags lead into one repository, else every candidate as such.
 * `pushedAt` (epoch ms, 0: unknown) rules out commits that were made later.
 */
export function tagClaims(image: Urn, hints: readonly TagHint[], commits: readonly KnownCommit[], times: { readonly pushedAt: number; readonly seenAt: number }): LinkClaim[] {
  const matches = hints.flatMap((hint) => commits.flatMap((commit) => (fits(image, hint, commit, times.pushedAt) ? [{ hint, commit: commit.urn }] : [])));
  const byCommit = new Map(matches.map((match) => [match.commit, match.hint]));
  const repositories = new Set([...byCommit.keys()].map((commit) => sourceOf(commit).repository));
  const single = repositories.size === 1;
  return [...byCommit].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_COMMITS).flatMap(([commit, hint]) => {
    const at = times.pushedAt || times.seenAt;
    const sameTag = [...byCommit].filter(([, other]) => other.tag === hint.tag).length;
    const sure = single && sameTag === 1;
    const claim = claimOf({
      from: commit, kind: 'produced', to: image, method: 'tag', evidence: { source: INFERENCE_SOURCE, tag: hint.tag, digits: hint.hex.length, ...(sure ? {} : { candidates: byCommit.size }) },
      confidence: sure ? -1 : CANDIDATE, verified: false, validFrom: at, validTo: null, observedAt: at,
    }, { source: TAG_SOURCE, scope: image });
    return claim ? [claim] : [];
  });
}

export const TAG_SOURCE = `${INFERENCE_SOURCE}/tag`;

function fits(image: Urn, hint: TagHint, commit: KnownCommit, pushedAt: number): boolean {
  if (!commit.urn.slice(commit.urn.lastIndexOf('@') + 1).startsWith(hint.hex)) return false;
  if (pushedAt > 0 && commit.committedAt > pushedAt + CLOCKS_MS) return false;
  return !hint.plain || namesAgree(image, sourceOf(commit.urn).repository);
}

/** Whether an image is named after a repository: one name holds the other, apart from dashes and case. */
export function namesAgree(image: Urn, repository: Urn | ''): boolean {
  const bare = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const own = bare(urnRest(repository || (parseUrn('repo:x') as Urn)).split('/').at(-1) ?? '');
  const name = (urnRest(image).split('@')[0] ?? '').split('/').slice(1).map(bare);
  return own.length >= 3 && name.some((part) => part.length >= 3 && (part.includes(own) || own.includes(part)));
}

/** The tag of a `tag:` URN. */
export const tagOfUrn = (node: Urn): string => urnRest(node).slice(urnRest(node).lastIndexOf(':') + 1);
