import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnv, javaCommand } from '../config.js';
import { readJson, writeFileAtomic, writeJsonAtomic } from '../home/files.js';
import type { HomePaths } from '../home/paths.js';
import type { Secrets } from '../home/secrets.js';
import { startChild, untilReady, type Child, type OnSpawn } from '../process/child.js';
import { kafkaProperties } from './kafka-properties.js';
import { addKafkaUsers, missingUsers } from './kafka-users.js';

export interface KafkaOptions {
  readonly paths: HomePaths;
  readonly secrets: Secrets;
  readonly lib: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly onSpawn?: OnSpawn;
}

/** The optimizing compiler only for what is really hot (ten times the defaults): a third of the CPU of a start was its work. */
const LATE_OPTIMIZATION = [
  '-XX:Tier4InvocationThreshold=50000', '-XX:Tier4MinInvocationThreshold=6000', '-XX:Tier4CompileThreshold=150000', '-XX:Tier4BackEdgeThreshold=400000',
];

const quoted = (argument: string): string => `"${argument.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Writes the log's first records: the cluster id and a SCRAM credential for each user. Passwords go through a file, not through the process list. */
const format = (options: KafkaOptions, properties: string): void => {
  const { paths, secrets, lib } = options;
  const users = Object.entries(secrets.kafka).flatMap(([user, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${password}]`]);
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', `${lib}/*`, 'kafka.tools.StorageTool', 'format', '-t', secrets.kafkaClusterId, '-c', properties, ...users];
  const argumentFile = join(paths.kafka, 'format.args');
  writeFileAtomic(argumentFile, args.map(quoted).join('\n'), 0o600);
  const result = spawnSync(javaCommand(), [`@${argumentFile}`], { env: inheritedEnv(), encoding: 'utf8', cwd: paths.kafka });
  rmSync(argumentFile, { force: true });
  if (result.status !== 0) throw new Error(`Kafka's log could not be formatted: ${result.stderr || result.stdout || result.error?.message}`);
};

const knownUsers = (paths: HomePaths): string => join(paths.kafka, 'users.json');

const completeUsers = async ({ paths, secrets, port }: KafkaOptions): Promise<void> => {
  const missing = missingUsers(secrets.kafka, readJson(knownUsers(paths)) as string[] | undefined);
  if (missing.length === 0) return;
  await addKafkaUsers(port, secrets.kafka, missing);
  writeJsonAtomic(knownUsers(paths), Object.keys(secrets.kafka));
};

/** Starts the broker and waits until it serves. */
export const startKafka = async (options: KafkaOptions): Promise<Child> => {
  const { paths, secrets, lib } = options;
  const dataDir = join(paths.kafka, 'data');
  const properties = join(paths.kafka, 'server.properties');
  mkdirSync(paths.kafka, { recursive: true, mode: 0o700 });
  const plan = { dataDir, clientPort: options.port, controllerPort: options.controllerPort, adminPassword: secrets.kafka.admin ?? '' };
  writeFileAtomic(properties, kafkaProperties(plan), 0o600);
  const marker = join(paths.kafka, 'formatted');
  if (!existsSync(marker)) {
    rmSync(dataDir, { recursive: true, force: true }); // a format that was killed half way
    format(options, properties);
    writeJsonAtomic(knownUsers(paths), Object.keys(secrets.kafka));
    writeFileAtomic(marker, secrets.kafkaClusterId);
  }
  const child = startChild({
    name: 'kafka', home: paths.home, onSpawn: options.onSpawn, cwd: paths.kafka, logFile: join(paths.logs, 'kafka.log'), command: javaCommand(),
    args: ['-Xms256m', '-Xmx512m', ...LATE_OPTIMIZATION, '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=50', '-XX:+ExplicitGCInvokesConcurrent', '-Djava.awt.headless=true',
      '-Dorg.slf4j.simpleLogger.showDateTime=true', '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd\'T\'HH:mm:ss.SSSXXX',
      '-cp', `${lib}/*`, 'kafka.Kafka', properties],
  });
  await untilReady(child, () => /Kafka Server started/.test(child.log()), 300_000);
  await completeUsers(options);
  return child;
};
