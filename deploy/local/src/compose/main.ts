// One-shot containers of docker-compose.yml: `setup` makes passwords, keys and the files made of them; `prepare` migrates
// the databases and applies topics, grants and schemas. Both may run any number of times.
import { chownSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../config.js';
import { provisionRoles } from '../engines/postgres.js';
import { writeFileAtomic } from '../home/files.js';
import { homePaths } from '../home/paths.js';
import { ensureKeys, loadSecrets } from '../home/secrets.js';
import { applyTopics, migrateClickhouse, migratePostgres, topicTool } from '../prepare.js';
import { COMPOSE_HOME, composeFiles, composePlan } from './plan.js';

/** Users of the official images; their volumes come to life owned by root. */
const OWNERS = [
  { folder: '/var/lib/kafka', uid: 1000 },
  { folder: '/var/lib/registry', uid: 1001 },
  { folder: join(COMPOSE_HOME, 'blobs'), uid: 1000 },
] as const;
const SHARED = 0o644; // containers read them as different users; nothing outside the volume sees them

const setup = async (): Promise<void> => {
  const paths = homePaths(COMPOSE_HOME);
  const secrets = loadSecrets(paths);
  ensureKeys(paths);
  for (const [name, content] of Object.entries(composeFiles(secrets, paths))) {
    const file = join(paths.home, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic(file, content, SHARED);
  }
  for (const { folder, uid } of OWNERS) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, uid, uid);
  }
  for (const path of [paths.keys, paths.internalPrivateKey, paths.internalPublicKey, paths.masterKey, paths.adminToken]) chownSync(path, 1000, 1000);
};

const prepare = async (): Promise<void> => {
  const plan = composePlan(loadSecrets(homePaths(COMPOSE_HOME)));
  await provisionRoles(plan.postgres.adminUrl, plan.secrets);
  await Promise.all([migratePostgres(repositoryRoot, plan), migrateClickhouse(repositoryRoot, plan), applyTopics(plan)]);
  await (await topicTool()).applySchemas(plan.registryUrl, plan.paths.schemaIds);
};

const commands: Readonly<Record<string, () => Promise<void>>> = { setup, prepare };
const command = commands[process.argv[2] ?? ''];
if (!command) throw new Error(`usage: main.js ${Object.keys(commands).join(' | ')}`);
await command();
