import type { Fact, PullContext, PulledScan, PullGap, PullPage } from '@throughline/connectors/api';
import { ecrRegistry } from './arn.js';
import type { CallSpec } from './calls.js';
import type { AwsConfig } from './config.js';
import { contentSince, markAfter, type PullCursor } from './cursor.js';
import { CallFailed, gapOf } from './failure.js';
import { apiRegion, type Unit } from './plan.js';
import { registryOf } from './registry-calls.js';
import type { Registry } from './registry.js';
import { saying } from './say.js';
import type { ScopeContext } from './scope.js';
import { NoCredentials, openSession, WrongAccount, type Session, type SessionOptions } from './session.js';

/** A page is full at so many facts, or after so long. */
const PAGE_FACTS = 500;
const PAGE_SCANS = 20;
const PAGE_MS = 10_000;
const MAX_TOLD = 50;
/** How far back a look at the content of one place goes: it was asked for because something was pushed just now. */
const RECENT_MS = 3_600_000;

export interface ReadPage {
  readonly page: Omit<PullPage, 'cursor' | 'more'>;
  readonly after: PullCursor;
}

/** What came up while a page was read. */
class Notes {
  readonly facts: Fact[] = [];
  readonly scans: PulledScan[] = [];
  readonly gaps: PullGap[] = [];
  complete: boolean;
  readonly #told: Set<string>;

  constructor(private readonly unit: Unit, { complete, told }: PullCursor) {
    this.complete = complete;
    this.#told = new Set(told);
  }

  gap(gap: Omit<PullGap, 'scope'>, scope = this.unit.key): void {
    const key = `${gap.code}|${gap.reason}`.slice(0, 200);
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(key);
    this.gaps.push({ ...gap, scope });
  }

  told(): readonly string[] {
    return [...this.#told];
  }
}

/** Reads a page of a unit. Whatever the other side does, it gives a page: what could not be read is a gap and makes the inventory incomplete. */
export async function readUnit(config: AwsConfig, unit: Unit, at: PullCursor, context: PullContext, options: SessionOptions): Promise<ReadPage> {
  const notes = new Notes(unit, at);
  if (at.blocked.includes(unit.account.id)) return closed(unit, at, notes, at.blocked);
  const session = openSession(config, unit.account, context, options);
  const began = context.clock.now().getTime();
  const reading = readingOf({ config, unit, at, context, options, session, notes });
  let state = at.state ?? {};
  try {
    for (;;) {
      const { facts, scans, next } = await unit.scope.step(reading, state);
      notes.facts.push(...facts);
      notes.scans.push(...scans ?? []);
      if (next === undefined) return finished(unit, at, notes);
      state = next;
      if (notes.facts.length >= PAGE_FACTS || notes.scans.length >= PAGE_SCANS || context.clock.now().getTime() - began >= PAGE_MS) return { page: pageOf(unit, notes, false), after: { ...at, state, complete: notes.complete, told: notes.told() } };
    }
  } catch (error) {
    return failed(error, { unit, at, session, notes });
  }
}

interface Reading {
  readonly config: AwsConfig;
  readonly unit: Unit;
  readonly at: PullCursor;
  readonly context: PullContext;
  readonly options: SessionOptions;
  readonly session: Session;
  readonly notes: Notes;
}

function readingOf({ config, unit, at, context, options, session, notes }: Reading): ScopeContext {
  const { place } = unit;
  const registries = new Map<string, Registry>();
  const tell = (region: string) => (spec: CallSpec): void => options.onCall?.(spec, { account: place.account, region });
  const recent = context.focus === undefined && at.watch === undefined ? undefined : new Date(context.clock.now().getTime() - RECENT_MS);
  return {
    place, config, clock: context.clock, who: session.who,
    contentSince: contentSince(at.finished[unit.key], at.startedAt) ?? recent,
    client: (name, region = apiRegion(place)) => session.client(name, region),
    registry: (host) => {
      const region = ecrRegistry(host)?.region ?? apiRegion(place);
      const found = registries.get(host) ?? registryOf({ host, endpoint: config.registryEndpoint, authorization: once(() => tokenOf(session, region)), context }, tell(region));
      registries.set(host, found);
      return found;
    },
    say: () => saying(context.clock.now()),
    gap: (gap) => notes.gap(gap),
    incomplete: () => { notes.complete = false; },
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

async function tokenOf(session: Session, region: string): Promise<string> {
  const answer = await (await session.client('ecr', region)).getAuthorizationToken({});
  const token = answer.authorizationData?.[0]?.authorizationToken;
  return token === undefined ? '' : `Basic ${token}`;
}

function pageOf(unit: Unit, notes: Notes, last: boolean): Omit<PullPage, 'cursor' | 'more'> {
  return {
    source: unit.source, facts: notes.facts, gaps: notes.gaps, ...(notes.scans.length > 0 && { scans: notes.scans }),
    ...(unit.scope.lasting !== true && unit.scope.findings === undefined && { snapshot: { scope: unit.scope.name, complete: notes.complete, last } }),
  };
}

/** Behind the unit: the next one begins with a clean slate. */
const behind = (at: PullCursor): PullCursor => ({ ...at, unit: '', state: null, complete: true, told: [] });

function finished(unit: Unit, at: PullCursor, notes: Notes): ReadPage {
  const known = unit.scope.lasting === true && notes.complete ? { ...at.finished, [unit.key]: markAfter(at.finished[unit.key], at.startedAt) } : at.finished;
  return { page: pageOf(unit, notes, true), after: { ...behind(at), finished: known } };
}

/** The scope ends here, with what it has. */
function closed(unit: Unit, at: PullCursor, notes: Notes, blocked: readonly string[]): ReadPage {
  notes.complete = false;
  return { page: pageOf(unit, notes, true), after: { ...behind(at), blocked } };
}

function failed(error: unknown, { unit, at, session, notes }: Pick<Reading, 'unit' | 'at' | 'session' | 'notes'>): ReadPage {
  const whole = `${unit.place.partition}:${unit.account.id}`;
  if (error instanceof WrongAccount || error instanceof NoCredentials) {
    notes.gap({
      code: error instanceof WrongAccount ? 'wrong_account' : 'access_denied', reason: error.message,
      remedy: error instanceof WrongAccount ? 'Correct the id or the role of the account in the connector.' : 'Give the account a roleArn, or the connector credentials.',
    }, whole);
    return closed(unit, at, notes, [...at.blocked, unit.account.id]);
  }
  if (!(error instanceof CallFailed)) throw error;
  const ofSession = error.spec.service === 'sts';
  notes.gap(gapOf(error, '', session.who), ofSession ? whole : unit.key);
  return closed(unit, at, notes, ofSession ? [...at.blocked, unit.account.id] : at.blocked);
}
