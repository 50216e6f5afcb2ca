import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this instance lives and what it may use; the only reader of the environment in this package. */
export interface LocalConfig {
  /** Repository root. */
  readonly root: string;
  /** Data, logs and state of this instance. */
  readonly home: string;
  /** Downloads shared by every instance of this user. */
  readonly cache: string;
  /** The gateway's port; every other port is chosen at start. */
  readonly gatewayPort: number;
  /** Set when a supervisor (the bootstrap) holds an IPC channel whose end means "stop". */
  readonly supervised: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));

/** Root of the repository: src and dist lie at the same depth. */
export const repositoryRoot = resolve(here, '../../..');

export const localConfig = (env: NodeJS.ProcessEnv = process.env): LocalConfig => {
  const port = Number(env.THROUGHLINE_PORT ?? 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`THROUGHLINE_PORT must be a port number between 1 and 65535, and is "${env.THROUGHLINE_PORT}".`);
  }
  return {
    root: repositoryRoot,
    home: resolve(env.THROUGHLINE_HOME || join(repositoryRoot, '.throughline')),
    cache: resolve(env.THROUGHLINE_CACHE || join(homedir(), '.cache', 'throughline')),
    gatewayPort: port,
    supervised: typeof process.send === 'function',
  };
};

/** What every child gets of our own environment. Nothing that would change how Node or Java runs leaks into it. */
export const inheritedEnv = (env: NodeJS.ProcessEnv = process.env): Record<string, string> => {
  const keep = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'JAVA_HOME', 'USER', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT',
    'http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(keep.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
};

/** The `java` to run: JAVA_HOME's when set, else the one on PATH. */
export const javaCommand = (env: NodeJS.ProcessEnv = process.env): string =>
  env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
