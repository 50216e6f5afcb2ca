import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { startWorld, type World } from './harness.js';

const at = '2026-01-01T10:00:00Z';
const teams = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ asset: { urn: `team:t${from + i}`, kind: 'team', attributes: {} }, observedAt: at }));

describe('the open door', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld(); });
  afterAll(() => world.close());

  const send = async (body: object) => {
    const response = await world.fetch('/v1/observations/assets', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  const told = async (source: string) => (await world.announced(TOPICS.assetObserved)).map(({ value }) => value).filter((value) => value['source'] === source);

  describe('an inventory in several requests', () => {
    const request = (source: string, sequence: number, part: number, over: object = {}, facts = teams(part * 600, 600)) => ({ source, sequence, facts, snapshot: { scope: 'all', complete: true, part, ...over } });

    it('counts when all are there, in any order; what comes again announces nothing', async () => {
      expect(await send(request('several', 1, 1))).toMatchObject({ status: 202, body: { announced: 600, inventory: { seen: 1, of: null } } });
      expect(await send(request('several', 1, 2, { parts: 3 }))).toMatchObject({ body: { inventory: { seen: 2, of: 3 } } });
      expect(await send(request('several', 1, 1))).toMatchObject({ status: 202, body: { announced: 0, repeated: true } });
      expect((await told('several')).some((value) => Number(value['parts']) >= 0)).toBe(false);
      expect(await send(request('several', 1, 0))).toMatchObject({ body: { inventory: { seen: 3, of: 3 } } });
      expect(await send(request('several', 1, 0))).toMatchObject({ body: { repeated: true } });
      const records = await told('several');
      expect(records.map((value) => [value['ordinal'], (value['assets'] as unknown[]).length, value['parts'], value['sequence']])).toEqual([
        [0, 500, -1, 1], [1, 100, -1, 1], [2, 500, -1, 1], [3, 100, -1, 1], [4, 500, -1, 1], [5, 100, -1, 1], [6, 0, 6, 1],
      ]);
      expect(new Set(records.map((value) => value['observationId'])).size).toBe(1);
      expect(records.at(-1)).toMatchObject({ snapshotComplete: true });
      expect(await world.sql('select 1 from ingestion.open_inventories')).toEqual([]);
    });

    it('sent all at once, and twice, still has one marker with the right number', async () => {
      const requests = Array.from({ length: 6 }, (_, part) => request('parallel', 1, part, { parts: 6 }));
      const answers = await Promise.all([...requests, ...requests].map(send));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202));
      expect(answers.filter(({ body }) => body['repeated'] === true)).toHaveLength(6);
      const records = await told('parallel');
      expect(records.map((value) => value['ordinal']).sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 13 }, (_, i) => i));
      expect(records.filter((value) => Number(value['parts']) >= 0)).toMatchObject([{ parts: 12 }]);
    });

    it('is complete only when all of its parts are', async () => {
      await send(request('partial', 1, 0, { complete: false }, teams(0, 2)));
      await send(request('partial', 1, 1, { parts: 2 }, teams(2, 2)));
      expect((await told('partial')).at(-1)).toMatchObject({ parts: 2, snapshotComplete: false });
    });

    it('refuses numbers that contradict each other, and a sequence that stood for something else', async () => {
      await send(request('wrong', 1, 0, { parts: 3 }, teams(0, 1)));
      expect(await send(request('wrong', 1, 1, { parts: 4 }, teams(1, 1)))).toMatchObject({ status: 409, body: { code: 'parts_differ' } });
      expect(await send(request('wrong', 1, 3, {}, teams(1, 1)))).toMatchObject({ status: 409, body: { code: 'parts_differ' } });
      expect(await send(request('wrong', 1, 0, { parts: 3 }, teams(9, 1)))).toMatchObject({ status: 409, body: { code: 'sequence_reused' } });
      expect(await send(request('wrong', 1, 1, { scope: 'other' }, teams(1, 1)))).toMatchObject({ status: 409, body: { code: 'sequence_reused' } });
      expect(await send({ source: 'wrong', sequence: 1, facts: teams(0, 1), snapshot: { scope: 'all', complete: true } })).toMatchObject({ status: 409 });
      for (const over of [{ parts: 0 }, { part: -1 }, { part: 3, parts: 3 }, { part: undefined, parts: 2 }]) expect([over, (await send(request('wrong', 2, 0, over, []))).status]).toEqual([over, 400]);
      expect((await send({ ...request('wrong', 2, 0), sequence: undefined })).status).toBe(400);
    });
  });

  it('takes 10,000 facts of a kilobyte in one request, not one more, and not 17 MiB', async () => {
    const facts = (count: number, size = 1_200) => teams(0, count).map(({ asset, observedAt }) => ({ asset: { ...asset, attributes: { text: 'x'.repeat(size) } }, observedAt }));
    expect(await send({ source: 'large', facts: facts(10_000) })).toMatchObject({ status: 202, body: { announced: 10_000 } });
    expect((await send({ source: 'large', facts: facts(10_001, 10) })).status).toBe(400);
    expect((await send({ source: 'large', facts: facts(10_000, 1_800) })).status).toBe(413);
  }, 60_000);

  it('passes attestations on, once, however large and under whatever time', async () => {
    const subject = `image:registry.example/pay@sha256:${'a'.repeat(64)}`;
    const bundle = (size: number) => ({ payload: 'A'.repeat(size), payloadType: 'application/vnd.in-toto+json', signatures: [] });
    const facts = [...Array.from({ length: 5 }, (_, i) => ({ attestation: { subject, bundle: bundle(250_000 + i) }, observedAt: at })), { link: { from: 'build:github.com/acme/pay/actions/runs/1', to: subject, kind: 'produced', method: 'attestation', evidence: { bundle: bundle(10) } }, validFrom: at, observedAt: at }];
    expect(await send({ source: 'signed', facts })).toMatchObject({ status: 202, body: { facts: 6, announced: 7 } });
    expect(await send({ source: 'signed', facts: facts.map((fact) => ({ ...fact, observedAt: '2026-02-01T10:00:00Z' })).slice(0, 5) })).toMatchObject({ body: { announced: 0 } });
    const records = await told('signed');
    expect(records.flatMap((value) => value['attestations'] as object[])).toHaveLength(6);
    expect(records.flatMap((value) => value['attestations'] as object[])[0]).toMatchObject({ subject, origin: 'open', mediaType: '' });
    expect(records.flatMap((value) => value['links'] as object[])).toMatchObject([{ method: 'attestation', verified: false, evidence: expect.stringMatching(/^\{"bundle":"sha256:/) }]);
    for (const value of records) expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThan(1_000_000);
  });
});
