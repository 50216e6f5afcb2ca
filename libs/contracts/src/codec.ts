import avsc from 'avsc';
import { SchemaUnavailable, UndecodableRecord } from './errors.js';
import { TOPIC_CATALOGUE } from './generated/index.js';
import { createRegistryClient, type RegistryClient } from './registry-client.js';
import { fingerprintOf, readSchemaIds, schemaOfTopic, subjectOf } from './schema-ids.js';

const MAGIC = 0;
const HEADER_BYTES = 5;

export interface CodecOptions {
  /** Confluent-compatible API; absent: only kept ids work. */
  readonly registryUrl?: string | undefined;
  /** JSON file of kept ids, written by the topics tool. */
  readonly schemaIdsFile?: string | undefined;
  /**
   * Fields that are read of a topic's record; the others are passed over undecoded, so that a reader of few pays for few.
   * Absent for a topic: all of them.
   */
  readonly reads?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Instead of registryUrl, for tests. */
  readonly registry?: RegistryClient | undefined;
}

/**
 * Avro in the Confluent wire format: one zero byte, four bytes of schema id (big-endian), the record. Records are
 * written with our own schema and read through it whatever schema they were written with (resolution), so that a
 * newer or older producer changes nothing for a service.
 */
export class AvroCodec {
  readonly #types = new Map<string, avsc.Type>();
  readonly #readers = new Map<string, avsc.Type>();
  readonly #reads: Readonly<Record<string, readonly string[]>>;
  readonly #ids = new Map<string, number>();
  readonly #writers = new Map<number, string>();
  readonly #resolvers = new Map<string, avsc.Resolver | null>();
  readonly #registry: RegistryClient | undefined;
  readonly #file: string | undefined;

  constructor(options: CodecOptions) {
    this.#registry = options.registry ?? (options.registryUrl ? createRegistryClient(options.registryUrl) : undefined);
    this.#file = options.schemaIdsFile;
    this.#reads = options.reads ?? {};
    // At once: a field that does not exist is a mistake of the build, never a record's fault.
    for (const topic of Object.keys(this.#reads)) this.#readerOf(topic);
    this.#readKept();
  }

  /** Makes sure that the ids of these topics are known: kept ones first, else from the registry. Throws SchemaUnavailable. */
  async prepare(topics: readonly string[] = Object.keys(TOPIC_CATALOGUE)): Promise<void> {
    this.#readKept();
    for (const topic of topics) {
      const schema = schemaOfTopic(topic);
      if (!schema || this.#ids.has(topic)) continue;
      if (!this.#registry) throw new SchemaUnavailable(`no schema id is known for ${topic} and no registry is configured`);
      this.#ids.set(topic, await this.#registry.idOf(subjectOf(topic), schema));
    }
  }

  encode(topic: string, value: object): Buffer {
    const id = this.#ids.get(topic);
    if (id === undefined) throw new SchemaUnavailable(`no schema id is known for ${topic}`);
    const body = this.#typeOf(topic).toBuffer(value);
    const buffer = Buffer.allocUnsafe(HEADER_BYTES + body.length);
    buffer[0] = MAGIC;
    buffer.writeUInt32BE(id, 1);
    body.copy(buffer, HEADER_BYTES);
    return buffer;
  }

  async decode(topic: string, value: Buffer): Promise<unknown> {
    // Dead letters carry the original bytes of any topic: their reader gets them as they are.
    if (TOPIC_CATALOGUE[topic]?.record === null) return value;
    if (value.length <= HEADER_BYTES || value[0] !== MAGIC) throw new UndecodableRecord('not in the Confluent wire format');
    const resolver = await this.#resolverOf(topic, value.readUInt32BE(1));
    try {
      return this.#readerOf(topic).fromBuffer(value.subarray(HEADER_BYTES), resolver ?? undefined);
    } catch (error) {
      throw new UndecodableRecord(`the bytes do not fit schema ${value.readUInt32BE(1)}`, { cause: error });
    }
  }

  #typeOf(topic: string): avsc.Type {
    let type = this.#types.get(topic);
    if (!type) {
      const schema = schemaOfTopic(topic);
      if (!schema) throw new TypeError(`${topic} is no topic with a record`);
      type = avsc.Type.forSchema(schema as avsc.Schema);
      this.#types.set(topic, type);
    }
    return type;
  }

  /** Our own type, or the part of it that is read. */
  #readerOf(topic: string): avsc.Type {
    const fields = this.#reads[topic];
    if (!fields) return this.#typeOf(topic);
    let reader = this.#readers.get(topic);
    if (!reader) {
      reader = avsc.Type.forSchema(projected(schemaOfTopic(topic) ?? {}, fields) as avsc.Schema);
      this.#readers.set(topic, reader);
    }
    return reader;
  }

  /** null: written with our own schema and read whole, no resolution needed. */
  async #resolverOf(topic: string, id: number): Promise<avsc.Resolver | null> {
    const own = this.#ids.get(topic) === id;
    if (own && !this.#reads[topic]) return null;
    const cacheKey = `${topic}|${id}`;
    const cached = this.#resolvers.get(cacheKey);
    if (cached !== undefined) return cached;
    const writer = own ? undefined : await this.#writerSchema(id);
    let resolver: avsc.Resolver;
    try {
      resolver = this.#readerOf(topic).createResolver(writer === undefined ? this.#typeOf(topic) : avsc.Type.forSchema(JSON.parse(writer) as avsc.Schema));
    } catch (error) {
      throw new UndecodableRecord(`schema ${id} cannot be read as the record of ${topic}`, { cause: error });
    }
    this.#resolvers.set(cacheKey, resolver);
    return resolver;
  }

  async #writerSchema(id: number): Promise<string> {
    if (!this.#writers.has(id)) this.#readKept();
    const kept = this.#writers.get(id);
    if (kept !== undefined) return kept;
    if (!this.#registry) throw new SchemaUnavailable(`schema ${id} is unknown and no registry is configured`);
    const schema = await this.#registry.schemaById(id);
    this.#writers.set(id, schema);
    return schema;
  }

  #readKept(): void {
    const kept = readSchemaIds(this.#file);
    for (const [id, schema] of Object.entries(kept.schemas)) this.#writers.set(Number(id), schema);
    for (const topic of Object.keys(TOPIC_CATALOGUE)) {
      const schema = schemaOfTopic(topic);
      const entry = kept.subjects[subjectOf(topic)];
      if (schema && entry?.fingerprint === fingerprintOf(schema)) this.#ids.set(topic, entry.id);
    }
  }
}

/** The record's schema with some of its fields; throws for a field that it does not have. */
function projected(schema: { readonly fields?: readonly { readonly name: string }[] }, names: readonly string[]): object {
  const fields = schema.fields ?? [];
  const unknown = names.filter((name) => !fields.some((field) => field.name === name));
  if (unknown.length > 0) throw new TypeError(`the record has no field ${unknown.join(', ')}`);
  return { ...schema, fields: fields.filter((field) => names.includes(field.name)) };
}

export const createCodec = (options: CodecOptions): AvroCodec => new AvroCodec(options);

/** A codec with made-up ids for tests and the memory driver: no registry, no file. */
export function createTestCodec(reads?: CodecOptions['reads']): AvroCodec {
  const ids = new Map<string, number>(Object.keys(TOPIC_CATALOGUE).map((topic, index) => [subjectOf(topic), index + 1]));
  return new AvroCodec({
    reads,
    registry: {
      schemaById: (id) => Promise.reject(new UndecodableRecord(`no schema has id ${id}`)),
      idOf: (subject) => Promise.resolve(ids.get(subject) ?? 0),
    },
  });
}
