import { join } from 'node:path';
import type { Engines } from './engines/start-engines.js';
import type { Progress } from './progress.js';

/** Tools of other packages, loaded when they are needed so that engines alone can be started without them. */
interface TopicTool {
  applyTopics(access: { brokers: readonly string[]; sasl: { username: string; password: string } }): Promise<unknown>;
  applySchemas(registryUrl: string, schemaIdsFile: string): Promise<unknown>;
  idsAreComplete(schemaIdsFile: string): boolean;
}

export const topicTool = async (): Promise<TopicTool> => (await import('@throughline/tools/topics')) as unknown as TopicTool;

export const migratePostgres = async (root: string, engines: Pick<Engines, 'postgres'>): Promise<void> => {
  const { migrateAll } = await import('@throughline/persistence') as unknown as { migrateAll(options: { ownerUrl: string; root: string }): Promise<void> };
  await migrateAll({ ownerUrl: engines.postgres.ownerUrl, root });
};

export const migrateClickhouse = async (root: string, engines: Pick<Engines, 'clickhouseUrl'>): Promise<void> => {
  const tool = await import('@throughline/clickhouse') as unknown as { migrateClickHouse(options: { url: string; database: string; dir: string }): Promise<void> };
  await tool.migrateClickHouse({ url: engines.clickhouseUrl, database: 'throughline', dir: join(root, 'schemas', 'clickhouse') });
};

export const applyTopics = async (engines: Pick<Engines, 'kafka'>): Promise<void> => {
  const { username, password } = engines.kafka.sasl;
  await (await topicTool()).applyTopics({ brokers: engines.kafka.brokers, sasl: { username, password } });
};

/** Expand, migrate, contract in this order on each store, each as soon as its engine serves. */
export const preparation = (root: string, progress: Progress) => ({
  postgres: (engines: Engines) => progress.step('database migrated', () => migratePostgres(root, engines)),
  clickhouse: (engines: Engines) => progress.step('ClickHouse migrated', () => migrateClickhouse(root, engines)),
  kafka: (engines: Engines) => progress.step('topics and grants applied', () => applyTopics(engines)),
});

/** True when the home's file knows every schema of this build: then nothing waits for the registry. */
export const schemaIdsAreKept = async (schemaIdsFile: string): Promise<boolean> => (await topicTool()).idsAreComplete(schemaIdsFile);

/**
 * Registers the schemas and keeps their ids. Where the home has the ids of every schema of this build already, nobody
 * waits for it: the registry is then only told again, in the background.
 */
export const registerSchemas = async (engines: Engines, progress: Progress, wait: boolean): Promise<void> => {
  const tool = await topicTool();
  const apply = async (): Promise<void> => {
    await engines.registryReady;
    await progress.step('schemas registered', () => tool.applySchemas(engines.registryUrl, engines.paths.schemaIds).then(() => undefined));
  };
  if (wait) return apply();
  apply().catch((error: unknown) => progress.note(`the schema registry is not in use yet: ${error instanceof Error ? error.message : String(error)}`));
};
