import { z } from 'zod';
import type { Cursor } from '@throughline/connectors/api';

const gap = z.strictObject({ scope: z.string(), code: z.string(), reason: z.string(), remedy: z.string() });

/** An owner that is read: with its installation, or with the token. */
const lane = z.strictObject({ owner: z.string(), installation: z.number().optional(), user: z.boolean().optional() });
export type Lane = z.infer<typeof lane>;

/** Something of the current list page that waits to be read, with the parts that are still to be read of it. */
const item = z.strictObject({ name: z.string(), branch: z.string().default(''), repository: z.string().default(''), parts: z.array(z.string()) });
export type Item = z.infer<typeof item>;

export const STAGES = ['begin', 'teams', 'packages', 'changed', 'repositories', 'end'] as const;
export type Stage = (typeof STAGES)[number];

const state = z.strictObject({
  v: z.literal(1),
  startedAt: z.iso.datetime(),
  /** Only what changed since then is read; empty: everything. */
  since: z.string(),
  /** When everything was read for the last time, and when the teams were. */
  fullAt: z.string(),
  teamsAt: z.string(),
  lanes: z.array(lane),
  /** Owners that the last pull read. */
  known: z.array(z.string()),
  lane: z.number().int().min(0),
  stage: z.enum(STAGES),
  /** Next page of the list of the stage; null: its first page was not asked for, empty: there is no other. */
  page: z.string().nullable(),
  queue: z.array(item),
  /** Next page of the part in hand; empty: its first. */
  partPage: z.string(),
  /** A page of the inventory in hand could not be read. */
  incomplete: z.boolean(),
  /** Kinds that are not asked for in this lane, because the installation may not. */
  off: z.array(z.string()),
  /** `dependabot acme/pay`: lists of alerts that changed since; `dependabot *`: not known, so all. */
  flagged: z.array(z.string()),
  /** ETags of first pages of lists, by route and owner. */
  etags: z.record(z.string(), z.string()),
  /** What could not be read when everything was read: it stands until then. */
  gaps: z.array(gap),
  /** Ends with this stage: one scope is read again because of an event. */
  only: z.enum(STAGES).nullable(),
});
export type State = z.infer<typeof state>;

/** What a pull leaves for the next one. */
const watermark = z.strictObject({ v: z.literal(1), since: z.iso.datetime(), fullAt: z.string(), teamsAt: z.string(), known: z.array(z.string()), etags: z.record(z.string(), z.string()), gaps: z.array(gap) });

/**
 * Everything is read again after this, since not all that changes leaves a trace in a list. A week, because it costs about
 * eleven requests a repository, and the largest organizations have more repositories than requests a day.
 */
const FULL_EVERY_MS = 7 * 24 * 3_600_000;
/** No list says that a team changed. */
const TEAMS_EVERY_MS = 24 * 3_600_000;

/** The state of a pull under way; a cursor that is none of ours (an older version's) begins anew. */
export function stateOf(cursor: Cursor, now: Date): State {
  const running = state.safeParse(cursor);
  if (running.success) return running.data;
  const last = watermark.safeParse(cursor);
  const fresh: State = {
    v: 1, startedAt: now.toISOString(), since: '', fullAt: now.toISOString(), teamsAt: now.toISOString(), lanes: [], known: [], lane: 0, stage: 'begin', page: null, queue: [], partPage: '', incomplete: false,
    off: [], flagged: [], etags: {}, gaps: [], only: null,
  };
  if (!last.success || isOver(last.data.fullAt, FULL_EVERY_MS, now)) return fresh;
  const teamsAt = isOver(last.data.teamsAt, TEAMS_EVERY_MS, now) ? now.toISOString() : last.data.teamsAt;
  return { ...fresh, since: last.data.since, fullAt: last.data.fullAt, teamsAt, known: last.data.known, etags: last.data.etags, gaps: last.data.gaps };
}

const isOver = (at: string, everyMs: number, now: Date): boolean => !(now.getTime() - Date.parse(at) < everyMs);

/** The teams are read in a pull of everything, and in the first one of a day. */
export const readsTeams = ({ since, teamsAt, startedAt }: State): boolean => since === '' || teamsAt === startedAt;

/** The state with its owners; one that the last pull did not know has everything read, as nothing of it is known. */
export function withLanes(given: State, lanes: readonly Lane[]): State {
  const known = given.since !== '' && lanes.every(({ owner }) => given.known.includes(owner));
  const { startedAt } = given;
  return known ? { ...given, lanes: [...lanes] } : { ...given, lanes: [...lanes], since: '', fullAt: startedAt, teamsAt: startedAt, gaps: [] };
}

export const watermarkOf = ({ startedAt, fullAt, teamsAt, lanes, etags, gaps }: State): Cursor =>
  ({ v: 1, since: startedAt, fullAt, teamsAt, known: lanes.map(({ owner }) => owner), etags, gaps });

/** The next stage of the lane. */
export function nextStage(given: State): State {
  const stage = STAGES[STAGES.indexOf(given.stage) + 1] ?? 'end';
  return { ...given, stage, page: null, queue: [], partPage: '', incomplete: false };
}

/** Done with the owner in hand, whatever is left of it. */
export const nextLane = (given: State): State => ({ ...given, lane: given.lane + 1, stage: 'begin', page: null, queue: [], partPage: '', incomplete: false, off: [], flagged: [] });

/** Done with the first part of the first thing in the queue. */
export function nextPart(given: State): State {
  const [first, ...rest] = given.queue;
  const parts = first?.parts.slice(1) ?? [];
  return { ...given, partPage: '', queue: first !== undefined && parts.length > 0 ? [{ ...first, parts }, ...rest] : rest };
}
