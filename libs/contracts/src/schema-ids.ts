import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AVRO_SCHEMAS, TOPIC_CATALOGUE } from './generated/index.js';

/**
 * The schema ids that the topics tool saw at the last start, kept in a file so that services start, encode and decode
 * without the registry (FAULTS 12). Ids never change in a registry, therefore an old file is incomplete at worst.
 */
export interface SchemaIds {
  /** By subject: id of our own schema and the fingerprint of the schema it stands for. */
  readonly subjects: Readonly<Record<string, { readonly id: number; readonly fingerprint: string }>>;
  /** Writer schemas by id, as JSON text; older ids stay so that old records are readable. */
  readonly schemas: Readonly<Record<string, string>>;
}

export const EMPTY_SCHEMA_IDS: SchemaIds = { subjects: {}, schemas: {} };

/** Subject naming of the Confluent TopicNameStrategy. */
export const subjectOf = (topic: string): string => `${topic}-value`;

/** SHA-256 of the schema's JSON: says whether a kept id stands for the schema this build was compiled with. */
export function fingerprintOf(schema: object): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex');
}

/** Our own (reader and writer) schema of a topic; undefined for topics without a record, such as dead letters. */
export function schemaOfTopic(topic: string): object | undefined {
  const record = TOPIC_CATALOGUE[topic]?.record;
  return record ? AVRO_SCHEMAS[record] : undefined;
}

/** Reads the kept ids; a missing or torn file counts as empty, since the registry can answer instead. */
export function readSchemaIds(file: string | undefined): SchemaIds {
  if (!file) return EMPTY_SCHEMA_IDS;
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<SchemaIds>;
    return { subjects: parsed.subjects ?? {}, schemas: parsed.schemas ?? {} };
  } catch {
    return EMPTY_SCHEMA_IDS;
  }
}
