import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnv } from '../config.js';
import { UserError } from '../errors.js';
import { identify } from '../process/identity.js';

export const KAFKA_VERSION = '4.4.0';
export const APICURIO_VERSION = '2.6.13.Final';
const SLF4J_VERSION = '1.7.36';
const NEEDED_BYTES = 800 * 1024 * 1024;

const pom = (kafka: string): string => `<project><modelVersion>4.0.0</modelVersion>
<groupId>throughline</groupId><artifactId>kafka-engine</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafka}</version>
<!-- not published at ${KAFKA_VERSION}; the broker runs without it -->
<exclusions><exclusion><groupId>org.apache.kafka</groupId><artifactId>kafka-tools-api</artifactId></exclusion></exclusions></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>${SLF4J_VERSION}</version></dependency>
</dependencies></project>
`;

const run = (command: string, args: readonly string[], cwd: string, what: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: inheritedEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): void => { child.kill(); };
    process.once('exit', end); // a stopped start leaves no download behind
    child.once('close', () => process.off('exit', end));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => { output += chunk; });
    child.stderr.on('data', (chunk: Buffer) => { output += chunk; });
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missing(command) : error));
    // `close` and not `exit`: only then is all output read, and what Java says of its version is all there is.
    child.once('close', (code) => (code === 0 ? resolve(output)
      : reject(new UserError(`${what} could not be fetched (${command} ended with ${code}). Check the network or the Maven settings (~/.m2/settings.xml) and start again.\n${output.slice(-1500)}`))));
  });

const missing = (command: string): UserError => new UserError(command === 'mvn'
  ? 'Maven (`mvn`) is not on the PATH; it fetches Kafka and the schema registry once. Install it, for example with `apt-get install maven` or `brew install maven`, and start again.'
  : `\`${command}\` is not on the PATH. Install it and start again.`);

/** Java 17 or later, for Kafka and the schema registry. Answers its major version. */
export const requireJava = async (java: string): Promise<number> => {
  const remedy = 'Install Java 17 or later, for example with `apt-get install openjdk-17-jre-headless` or `brew install openjdk@17`, or point JAVA_HOME at one, and start again.';
  const output = await run(java, ['-version'], process.cwd(), 'Java').catch(() => undefined);
  if (output === undefined) throw new UserError(`Java is not on the PATH; Kafka and the schema registry need it. ${remedy}`);
  const major = Number(/version "(\d+)/.exec(output)?.[1] ?? 0);
  if (major < 17) throw new UserError(`Java ${major || 'of an unknown version'} is too old for Kafka 4. ${remedy}`);
  return major;
};

/** Removes what downloads that were killed left behind; one that still runs (a second instance) keeps its folder. */
const removeLeftovers = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const owner = /\.partial-(\d+)$/.exec(name)?.[1];
    if (owner && !identify(Number(owner))) rmSync(join(folder, name), { recursive: true, force: true });
  }
};

/** Fills a folder of the cache in one step: a reader sees it whole or not at all, and a killed download starts over. */
const fetchOnce = async (target: string, fill: (folder: string) => Promise<void>): Promise<string> => {
  if (existsSync(target)) return target;
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await fill(partial);
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // else another instance fetched the same meanwhile
  }
  return target;
};

export const checkDisk = (folder: string, bytes: number): void => {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < bytes) {
    const mb = (value: number) => `${Math.round(value / 1024 / 1024)} MB`;
    throw new UserError(`The disk of ${folder} has ${mb(free)} free and ${mb(bytes)} are needed. Free some space, or point THROUGHLINE_CACHE or THROUGHLINE_HOME at another disk.`);
  }
};

export interface EngineFiles {
  /** Folder with Kafka's jars. */
  readonly kafkaLib: string;
  /** Folder with the unpacked schema registry. */
  readonly registry: string;
}

/** Brings Kafka and the schema registry into the cache (about 190 MB, once), both at a time. */
export const fetchEngines = async (cache: string): Promise<EngineFiles> => {
  const folder = join(cache, 'engines');
  const kafkaLib = join(folder, `kafka-${KAFKA_VERSION}`);
  const registry = join(folder, `apicurio-${APICURIO_VERSION}`);
  if (existsSync(kafkaLib) && existsSync(registry)) return { kafkaLib, registry };
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  checkDisk(folder, NEEDED_BYTES);
  await Promise.all([fetchOnce(kafkaLib, fillKafka), fetchOnce(registry, fillRegistry)]);
  return { kafkaLib, registry };
};

const fillKafka = async (folder: string): Promise<void> => {
  writeFileSync(join(folder, 'pom.xml'), pom(KAFKA_VERSION));
  await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'], folder, 'Kafka');
};

const fillRegistry = async (folder: string): Promise<void> => {
  const archive = `apicurio-registry-app-${APICURIO_VERSION}-all.tar.gz`;
  const artifact = `io.apicurio:apicurio-registry-app:${APICURIO_VERSION}:tar.gz:all`;
  // A pom of its own folder: without one Maven reads whatever lies in the current folder.
  await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], folder, 'The schema registry');
  await run('tar', ['-xzf', archive], folder, 'The schema registry');
  rmSync(join(folder, archive));
};
