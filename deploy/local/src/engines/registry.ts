import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { javaCommand } from '../config.js';
import type { HomePaths } from '../home/paths.js';
import { startChild, untilReady, type Child, type OnSpawn } from '../process/child.js';

export const registryUrl = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
};

/** Starts Apicurio with its data in an H2 file: schema ids have to survive a restart. */
export const startRegistry = async (paths: HomePaths, folder: string, port: number, onSpawn?: OnSpawn): Promise<Child> => {
  mkdirSync(paths.registry, { recursive: true, mode: 0o700 });
  const jar = readdirSync(folder).find((name) => name.endsWith('-runner.jar') || name === 'quarkus-run.jar');
  if (!jar) throw new Error(`no runner jar in ${folder}`);
  const child = startChild({
    name: 'schema-registry', home: paths.home, onSpawn, cwd: paths.registry, logFile: join(paths.logs, 'schema-registry.log'), command: javaCommand(),
    args: ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true', `-Dthroughline.data=${paths.registry}/`,
      '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-jar', join(folder, jar)],
    // The -D property of this name is ignored; only the environment is read.
    env: { REGISTRY_DATASOURCE_URL: `jdbc:h2:file:${join(paths.registry, 'registry')};DB_CLOSE_ON_EXIT=FALSE`, REGISTRY_UI_FEATURES_READONLY: 'true' },
  });
  await untilReady(child, () => answers(`${registryUrl(port)}/subjects`), 300_000, 200);
  return child;
};
