import { COMPATIBILITY, SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { readSchemaIds, fingerprintOf, schemaOfTopic, subjectOf, TOPIC_CATALOGUE, type SchemaIds } from '@throughline/contracts';
import { renameSync, writeFileSync } from 'node:fs';

/**
 * Registers every topic's schema under FULL_TRANSITIVE and keeps the ids in a file. A schema that breaks the rule is
 * refused by the registry (409) and the start stops with its words (FAULTS 13).
 */
export async function applySchemas(registryUrl: string, schemaIdsFile: string): Promise<SchemaIds> {
  const registry = new SchemaRegistry({ host: registryUrl, retry: { retries: 5, initialRetryTimeInSecs: 0.2 } });
  const kept = readSchemaIds(schemaIdsFile);
  const subjects: Record<string, { id: number; fingerprint: string }> = { ...kept.subjects };
  const schemas: Record<string, string> = { ...kept.schemas };
  for (const topic of Object.keys(TOPIC_CATALOGUE)) {
    const schema = schemaOfTopic(topic);
    if (!schema) continue;
    const text = JSON.stringify(schema);
    const { id } = await registry.register({ type: 'AVRO' as never, schema: text }, { subject: subjectOf(topic), compatibility: COMPATIBILITY.FULL_TRANSITIVE });
    subjects[subjectOf(topic)] = { id, fingerprint: fingerprintOf(schema) };
    schemas[String(id)] = text;
  }
  const ids: SchemaIds = { subjects, schemas };
  writeAtomically(schemaIdsFile, JSON.stringify(ids));
  return ids;
}

/** True when the file knows every schema of this build: services then need no registry to start. */
export function idsAreComplete(schemaIdsFile: string): boolean {
  const kept = readSchemaIds(schemaIdsFile);
  return Object.keys(TOPIC_CATALOGUE).every((topic) => {
    const schema = schemaOfTopic(topic);
    return !schema || kept.subjects[subjectOf(topic)]?.fingerprint === fingerprintOf(schema);
  });
}

function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
