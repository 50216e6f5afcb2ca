import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { derivedId } from '@throughline/contracts';
import { until } from '@throughline/testing';
import { makeMessages, makePlace, outboxRows, produce, readAll, startMember, tally, type Place } from './support/world.js';

describe('a stateful step on the real engines', () => {
  let place: Place;
  beforeAll(async () => { place = await makePlace(); });
  afterAll(async () => { await place.topics.drop(); await place.database.drop(); });

  it('applies every message once and announces its derived event', async () => {
    const messages = makeMessages(place.topics.of('in'), 5000);
    await produce(place, messages);
    const member = await startMember(place);
    await until(async () => (await tally(place)).events === 5000 && await outboxRows(place) === 0);
    expect(await tally(place)).toEqual({ events: 5000, twice: 0 });
    expect(member.runner.ready()).toBe(true);
    await member.stop();
    const out = await readAll(place, place.topics.of('out'));
    expect(new Set(out.map(({ headers }) => headers.ce_id))).toEqual(new Set(messages.map(({ headers }) => derivedId(headers.ce_id ?? '', 'counted'))));
    expect(out).toHaveLength(5000);
  });
});
