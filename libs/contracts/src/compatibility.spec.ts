import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { createTestCodec } from './codec.js';
import { incompatibilities } from './compatibility.js';
import { AVRO_SCHEMAS, TOPIC_CATALOGUE } from './generated/index.js';

const schemas = resolve(process.cwd(), '../../schemas');
const released = resolve(schemas, 'released');
const files = existsSync(released) ? readdirSync(released).filter((name) => name.endsWith('.json')) : [];

type Field = { name: string; type: unknown; default?: unknown };
type RecordSchema = { name: string; fields: Field[] };
const base = AVRO_SCHEMAS['dev.throughline.v1.ScanScored'] as RecordSchema;
const withFields = (fields: Field[]): RecordSchema => ({ ...base, fields });

describe('FAULTS 13: schema evolution', () => {
  it.each(files)('%s: every released version and today\'s read each other', (file) => {
    const today = AVRO_SCHEMAS[file.slice(0, -'.json'.length)];
    expect(today).toBeDefined();
    for (const version of JSON.parse(readFileSync(resolve(released, file), 'utf8')) as object[]) expect(incompatibilities(version, today ?? {})).toEqual([]);
  });

  it('has a released version of every record', () => expect(files.length).toBe(Object.keys(AVRO_SCHEMAS).length));

  it.each([
    ['a field without a default', withFields([...base.fields, { name: 'more', type: 'string' }])],
    ['a field taken away that had no default', withFields(base.fields.slice(1))],
    ['another type', withFields(base.fields.map((f) => (f.name === 'scored' ? { ...f, type: 'string' } : f)))],
  ])('finds %s', (_name, changed) => expect(incompatibilities(base, changed).length).toBeGreaterThan(0));

  it('allows a field with a default', () => {
    expect(incompatibilities(base, withFields([...base.fields, { name: 'more', type: 'string', default: '' }]))).toEqual([]);
  });
});

describe('examples', () => {
  it.each(Object.entries(TOPIC_CATALOGUE).filter(([, topic]) => topic.record !== null))('the example of %s encodes and decodes unchanged', async (topic, { example }) => {
    const codec = createTestCodec();
    await codec.prepare([topic]);
    const value = JSON.parse(readFileSync(resolve(schemas, 'examples', example ?? ''), 'utf8')) as object;
    expect(await codec.decode(topic, codec.encode(topic, value))).toEqual(value);
  });
});
