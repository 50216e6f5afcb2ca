import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { SchemaUnavailable, UndecodableRecord } from './errors.js';

/** What the codec asks of a registry; a port, so that tests and the memory driver need none. */
export interface RegistryClient {
  /** JSON of the schema with this id. Throws UndecodableRecord when the registry is sure that there is none. */
  schemaById(id: number): Promise<string>;
  /** Id of this very schema under the subject. Throws SchemaUnavailable when it is not registered. */
  idOf(subject: string, schema: object): Promise<number>;
}

/** Registry client over the Confluent API (Apicurio serves it at /apis/ccompat/v7). Never registers. */
export function createRegistryClient(url: string): RegistryClient {
  const registry = new SchemaRegistry({ host: url, retry: { retries: 1, maxRetryTimeInSecs: 1 } });
  return {
    async schemaById(id) {
      try {
        return JSON.stringify(await registry.getSchema(id));
      } catch (error) {
        // 404: the id does not exist, so the record's own bytes are wrong; all else is the registry's trouble.
        if (statusOf(error) === 404) throw new UndecodableRecord(`no schema has id ${id}`);
        throw new SchemaUnavailable(`the schema registry did not answer for id ${id}`, { cause: error });
      }
    },
    async idOf(subject, schema) {
      try {
        return await registry.getRegistryIdBySchema(subject, { type: 'AVRO' as never, schema: JSON.stringify(schema) });
      } catch (error) {
        throw new SchemaUnavailable(`the schema registry knows no id of ${subject}; run the topics tool`, { cause: error });
      }
    },
  };
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}
