import { writeJsonAtomic } from './files.js';
import type { Engines } from '../engines/start-engines.js';
import type { Supervised } from '../process/supervised.js';

/** `endpoints.json` of a home: the file that users, scripts and tests look addresses up in. No passwords. */
export interface Endpoints {
  readonly gateway: string;
  readonly kafka: string;
  readonly schemaRegistry: string;
  readonly postgres: string;
  readonly clickhouse: string;
  readonly services: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
}

export const describeEndpoints = (
  engines: Pick<Engines, 'kafka' | 'registryUrl' | 'clickhouseUrl' | 'ports' | 'each'>, urls: Readonly<Record<string, string>>, gatewayUrl: string, services: readonly Supervised[],
): Endpoints => ({
  gateway: gatewayUrl,
  kafka: engines.kafka.brokers.join(','),
  schemaRegistry: engines.registryUrl,
  postgres: `postgres://127.0.0.1:${engines.ports.postgres}/throughline`,
  clickhouse: engines.clickhouseUrl,
  services: urls,
  pids: {
    launcher: process.pid,
    ...Object.fromEntries([...Object.values(engines.each), ...services].flatMap(({ name, pid }) => (pid ? [[name, pid]] : []))),
  },
});

export const writeEndpoints = (path: string, endpoints: Endpoints): void => writeJsonAtomic(path, endpoints);
