import type { Engines } from './start-engines.js';

/** What another process needs to use running engines; plain data, written to a file of mode 0600. */
export const describeEngines = (engines: Engines) => ({
  pid: process.pid,
  home: engines.paths.home,
  kafka: engines.kafka,
  kafkaUsers: engines.secrets.kafka,
  postgres: { adminUrl: engines.postgres.adminUrl, ownerUrl: engines.postgres.ownerUrl, passwords: engines.secrets.postgres },
  registryUrl: engines.registryUrl,
  clickhouseUrl: engines.clickhouseUrl,
});

export type EngineDescription = ReturnType<typeof describeEngines>;
