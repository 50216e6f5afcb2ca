import type { Event } from '@aws-sdk/client-cloudtrail';
import { objectOf, textOf, type PullContext, type PullGap, type PullPage } from '@throughline/connectors/api';
import { partitionOf } from './arn.js';
import { unitsOf } from './changes.js';
import { EVERY_SECONDS, type AwsAccount, type AwsConfig } from './config.js';
import type { PullCursor, WatchState } from './cursor.js';
import { CallFailed, gapOf } from './failure.js';
import { jsonOf } from './map/image.js';
import { planOf, sourceOf } from './plan.js';
import { readUnit } from './read-unit.js';
import { NoCredentials, openSession, WrongAccount, type SessionOptions } from './session.js';

/** CloudTrail shows an event up to a quarter of an hour after the call. */
const LATE_MS = 20 * 60_000;
const MAX_PAGES = 4;
const MAX_SEEN = 1000;
const EARLY_MS = 1000;

/**
 * Between two full pulls: asks CloudTrail what was changed, and reads what it names. Undefined: somebody asks for the
 * next page before its time, because they want everything to be read now.
 */
export async function watch(config: AwsConfig, at: PullCursor, context: PullContext, options: SessionOptions): Promise<PullPage | undefined> {
  const state = at.watch as WatchState;
  const now = context.clock.now();
  if (state.waiting.length > 0) return readWaiting(config, at, state, context, options);
  if (now.getTime() < Date.parse(state.lookAt) - EARLY_MS) return undefined;
  if (now.getTime() >= Date.parse(at.startedAt) + EVERY_SECONDS * 1000) {
    return { source: 'aws', facts: [], gaps: [], cursor: null, more: false, memory: { finished: at.finished } };
  }
  const { units, seen, gaps } = await look(config, at, context, options);
  const known = new Set(planOf(config).map(({ key }) => key));
  const waiting = [...units].filter((unit) => known.has(unit));
  const next: WatchState = { since: now.toISOString(), lookAt: lookAfter(config, now), seen: seen.slice(-MAX_SEEN), waiting };
  return { source: 'aws', facts: [], gaps, cursor: { ...at, watch: next, unit: waiting[0] ?? '' }, more: true, settled: true, ...(waiting.length === 0 && { waitUntil: new Date(next.lookAt) }) };
}

const lookAfter = (config: AwsConfig, now: Date): string => new Date(now.getTime() + (config.watch?.everySeconds ?? 60) * 1000).toISOString();

async function readWaiting(config: AwsConfig, at: PullCursor, state: WatchState, context: PullContext, options: SessionOptions): Promise<PullPage> {
  const [key, ...left] = state.waiting;
  const unit = planOf(config).find((found) => found.key === key);
  const now = context.clock.now();
  const read = unit && await readUnit(config, unit, at, context, options);
  const going = read !== undefined && read.after.unit === key;
  const waiting = going ? state.waiting : left;
  const watchState: WatchState = { ...state, waiting, ...(waiting.length === 0 && { lookAt: lookAfter(config, now) }) };
  return {
    ...(read?.page ?? { source: 'aws', facts: [], gaps: [] }), more: true, settled: true,
    // what is known of content is only moved on by whole reads
    cursor: { ...(read?.after ?? at), finished: at.finished, unit: waiting[0] ?? '', watch: watchState },
    ...(waiting.length === 0 && { waitUntil: new Date(watchState.lookAt) }),
  };
}

interface Looked { readonly units: ReadonlySet<string>; readonly seen: readonly string[]; readonly gaps: readonly PullGap[] }

async function look(config: AwsConfig, at: PullCursor, context: PullContext, options: SessionOptions): Promise<Looked> {
  const state = at.watch as WatchState;
  const seen = new Set(state.seen);
  const units = new Set<string>();
  const gaps: PullGap[] = [];
  for (const account of config.accounts.filter(({ id }) => !at.blocked.includes(id))) {
    for (const region of config.regions) {
      const scope = `${sourceOf({ partition: partitionOf(region), account: account.id, region })}|changes`;
      try {
        for (const event of await eventsOf(config, account, region, at, { context, options })) {
          if (event.EventId === undefined || seen.has(event.EventId)) continue;
          seen.add(event.EventId);
          for (const unit of changed(event, account.id, region)) units.add(unit);
        }
      } catch (error) {
        if (error instanceof CallFailed) gaps.push(gapOf(error, scope, account.roleArn ?? account.id));
        else if (!(error instanceof NoCredentials) && !(error instanceof WrongAccount)) throw error;
      }
    }
  }
  return { units, seen: [...seen], gaps };
}

async function eventsOf(config: AwsConfig, account: AwsAccount, region: string, at: PullCursor, { context, options }: { context: PullContext; options: SessionOptions }): Promise<Event[]> {
  const cloudtrail = await openSession(config, account, context, options).client('cloudtrail', region);
  const events: Event[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await cloudtrail.lookupEvents({
      StartTime: new Date(Math.max(Date.parse((at.watch as WatchState).since) - LATE_MS, Date.parse(at.startedAt))), MaxResults: 50,
      LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }], ...(token !== undefined && { NextToken: token }),
    });
    events.push(...(answer.Events ?? []));
    token = answer.NextToken || undefined;
    if (token === undefined) break;
  }
  return events;
}

/** The units that an event of CloudTrail makes stale; a call that was refused makes none. */
export function changed(event: Event, account: string, region: string): readonly string[] {
  const detail = jsonOf(event.CloudTrailEvent ?? '');
  if (detail['errorCode'] !== undefined && detail['errorCode'] !== null) return [];
  const source = event.EventSource ?? textOf(objectOf(detail)['eventSource']);
  return unitsOf({ account, region, eventSource: source, eventName: event.EventName ?? '' });
}
