import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@throughline/contracts';
import { until } from '@throughline/testing';
import { startWorld, type World } from './harness.js';
import { zipOf } from './zip-of.js';

const advisory = (number: number, over: object = {}) => ({ id: `GHSA-aaaa-bbbb-${1000 + number}`, modified: '2026-01-01T00:00:00Z', aliases: [`CVE-2024-${1000 + number}`], details: 'x'.repeat(200), ...over });
const ids = Array.from({ length: 20 }, (_, index) => index);
const zipped = (all: readonly { readonly id: string }[]): Buffer => zipOf([{ name: 'README.md', body: Buffer.from('not json') }, ...all.map((one) => ({ name: `npm/${one.id}.json`, body: Buffer.from(JSON.stringify(one)) }))]);

describe('feeds of aliases', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld({}, { registry: { pulls: {}, webhooks: {} } }); });
  afterAll(() => world.close());

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await world.fetch(`/v1/connectors${path}`, { method, ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
    return (response.status === 204 ? {} : await response.json()) as Record<string, unknown>;
  };
  const told = async (from = 0) => (await world.announced(TOPICS.intelUpdated)).slice(from).map(({ value }) => [value['advisory'], value['aliases'], value['withdrawn'], value['version']]);
  /** Loads what is in the file of a connector; makes the connector at first. */
  async function load(connector: string, content: string | Buffer): Promise<Record<string, unknown>> {
    const file = join(world.dir, `${connector}.feed`);
    await writeFile(file, content);
    const before = await call('GET', `/${connector}`);
    await (before['config'] === undefined ? call('PUT', `/${connector}`, { kind: 'osv', file, schedule: '12h' }) : call('POST', `/${connector}/sync`));
    return until(async () => {
      const after = await call('GET', `/${connector}`);
      return after['config'] === undefined || JSON.stringify([after['lastSuccess'], after['errors']]) === JSON.stringify([before['lastSuccess'] ?? null, before['errors'] ?? []]) ? undefined : after;
    }, { what: 'the feed to be loaded' });
  }

  it('a zip of advisories announces those with aliases, once', async () => {
    const { errors } = await load('osv', zipped([...ids.map((number) => advisory(number)), advisory(50, { aliases: [] }), advisory(51, { withdrawn: '2026-01-01T00:00:00Z' })]));
    expect(errors).toEqual([]);
    expect(await told()).toHaveLength(20);
    expect((await told())[0]).toEqual(['GHSA-AAAA-BBBB-1000', ['CVE-2024-1000'], false, 1]);
  });

  it('33: the same again announces nothing, in whatever packing', async () => {
    const all = [...ids.map((number) => advisory(number)), advisory(50, { aliases: [] }), advisory(51, { withdrawn: '2026-01-01T00:00:00Z' })];
    for (const content of [zipped(all), JSON.stringify(all), gzipSync(all.map((one) => JSON.stringify(one)).join('\n'))]) expect((await load('osv', content))['errors']).toEqual([]);
    expect(await told()).toHaveLength(20);
  });

  it('announces what changed: another alias, none any more, withdrawn', async () => {
    const later = { modified: '2026-02-01T00:00:00Z' };
    const changed = [advisory(0, { ...later, aliases: ['CVE-2024-1000', 'PYSEC-2024-1'] }), advisory(1, { ...later, aliases: [] }), advisory(2, { ...later, withdrawn: '2026-02-01T00:00:00Z' })];
    await load('osv', JSON.stringify([...changed, ...ids.slice(3).map((number) => advisory(number)), advisory(50, { aliases: [] }), advisory(51)]));
    expect((await told(20)).sort()).toEqual([
      ['GHSA-AAAA-BBBB-1000', ['CVE-2024-1000', 'PYSEC-2024-1'], false, 2], ['GHSA-AAAA-BBBB-1001', [], false, 2], ['GHSA-AAAA-BBBB-1002', [], true, 2], ['GHSA-AAAA-BBBB-1051', ['CVE-2024-1051'], false, 1],
    ]);
  });

  it('of two feeds that hold an advisory the one that changed it last speaks; each has its own size', async () => {
    const before = (await told()).length;
    expect((await load('ghsa', JSON.stringify(advisory(0))))['errors']).toEqual([]);
    expect((await load('ghsa', JSON.stringify(advisory(0, { modified: '2026-03-01T00:00:00Z' }))))['errors']).toEqual([]);
    expect(await told(before)).toEqual([['GHSA-AAAA-BBBB-1000', ['CVE-2024-1000'], false, 3]]);
  });

  it('32: a broken feed is refused whole, is told, and the last good one stays', async () => {
    const state = () => world.sql('select source, advisory, version, content from ingestion.intel_emitted order by 1, 2');
    const [good, announced] = [await state(), (await told()).length];
    const whole = JSON.stringify(ids.map((number) => advisory(number, { aliases: [`CVE-2025-${1000 + number}`], modified: '2026-05-01T00:00:00Z' })));
    const zip = zipped(ids.map((number) => advisory(number, { modified: '2026-05-01T00:00:00Z' })));
    const broken: readonly (readonly [string | Buffer, string])[] = [
      [whole.slice(0, -5), 'truncated'], [gzipSync(whole).subarray(0, -12), 'truncated'], [zip.subarray(0, -40), 'archive_malformed'],
      ['<html>not found</html>', 'wrong_header'], ['[]', 'empty'], [JSON.stringify([advisory(1)]), 'shrunk'], [whole.replace('"aliases":[', '"aliases":[['), 'malformed_row'],
    ];
    for (const [content, code] of broken) expect([code, ((await load('osv', content))['errors'] as { code: string }[])[0]?.code]).toEqual([code, code]);
    expect(await state()).toEqual(good);
    expect(await told()).toHaveLength(announced);
  });
});
