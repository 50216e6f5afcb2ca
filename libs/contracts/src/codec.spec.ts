import { describe, expect, it } from '@jest/globals';
import { AvroCodec, createTestCodec } from './codec.js';
import { SchemaUnavailable, UndecodableRecord } from './errors.js';
import { derivedId, newId } from './event-id.js';
import { TOPICS } from './generated/index.js';

const scored = { scanId: newId(), tenantId: newId(), scored: 3, scoredAt: '2026-11-22T10:00:00Z' };

describe('the Avro codec', () => {
  it('reads what it wrote', async () => {
    const codec = createTestCodec();
    await codec.prepare();
    expect(await codec.decode(TOPICS.scanScored, codec.encode(TOPICS.scanScored, scored))).toEqual(scored);
  });

  it('fills fields that a writer left out from their defaults', async () => {
    const codec = createTestCodec();
    await codec.prepare();
    const bytes = codec.encode(TOPICS.intelUpdated, { source: 'kev', advisory: 'CVE-2021-44228', feedDate: '2025-08-25', version: 1 });
    expect(await codec.decode(TOPICS.intelUpdated, bytes)).toMatchObject({ kev: false, epss: null, aliases: [] });
  });

  it('passes over what is not read, and refuses to read what the record does not have', async () => {
    const [whole, part] = [createTestCodec(), createTestCodec({ [TOPICS.scanScored]: ['scanId', 'scored'] })];
    await Promise.all([whole.prepare(), part.prepare()]);
    expect(await part.decode(TOPICS.scanScored, whole.encode(TOPICS.scanScored, scored))).toEqual({ scanId: scored.scanId, scored: 3 });
    expect(() => createTestCodec({ [TOPICS.intelUpdated]: ['nothing'] })).toThrow('nothing');
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['no magic byte', Buffer.from('{"json": true}')],
    ['cut off', Buffer.from([0, 0, 0, 0, 9, 2])],
  ])('FAULTS 14: refuses poison bytes as the record\'s own fault: %s', async (_name, bytes) => {
    const codec = createTestCodec();
    await codec.prepare();
    await expect(codec.decode(TOPICS.findingChanged, bytes)).rejects.toBeInstanceOf(UndecodableRecord);
  });

  it('FAULTS 12: an unknown id while the registry is down is the surroundings\' fault, never the record\'s', async () => {
    const down = () => Promise.reject(new SchemaUnavailable('down'));
    const codec = new AvroCodec({ registry: { schemaById: down, idOf: down } });
    const foreign = Buffer.from([0, 0, 0, 3, 231, 2, 65]);
    await expect(codec.decode(TOPICS.scanScored, foreign)).rejects.toBeInstanceOf(SchemaUnavailable);
    expect(() => codec.encode(TOPICS.scanScored, scored)).toThrow(SchemaUnavailable);
  });

  it('derives the same id of an event from the same cause', () => {
    expect(derivedId('scan-1', 'part', 0)).toBe(derivedId('scan-1', 'part', 0));
    expect(derivedId('scan-1', 'part', 0)).not.toBe(derivedId('scan-1', 'part', 1));
  });
});
