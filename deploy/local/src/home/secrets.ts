import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { KAFKA_ADMIN, POSTGRES_OWNER, POSTGRES_SUPERUSER, postgresRole, SERVICES } from './names.js';
import { readJson, writeFileAtomic, writeJsonAtomic } from './files.js';
import type { HomePaths } from './paths.js';

/** Passwords of one home; made once, never shown, file mode 0600. */
export interface Secrets {
  readonly kafkaClusterId: string;
  /** Password by Kafka user. */
  readonly kafka: Readonly<Record<string, string>>;
  /** Password by Postgres role. */
  readonly postgres: Readonly<Record<string, string>>;
}

const password = (): string => randomBytes(24).toString('base64url');

/** Kafka reads a leading dash of a cluster id as an option of its format tool. */
const clusterId = (): string => `t${randomBytes(16).toString('base64url').slice(1, 22)}`;

const completed = (kept: Readonly<Record<string, string>> | undefined, names: readonly string[]): Record<string, string> =>
  Object.fromEntries([...Object.entries(kept ?? {}), ...names.filter((name) => !kept?.[name]).map((name) => [name, password()])]);

/** Keeps what is there and adds what a newer commit needs. */
export const completeSecrets = (kept: Partial<Secrets> | undefined): Secrets => ({
  kafkaClusterId: kept?.kafkaClusterId ?? clusterId(),
  kafka: completed(kept?.kafka, [KAFKA_ADMIN, ...SERVICES]),
  postgres: completed(kept?.postgres, [POSTGRES_SUPERUSER, POSTGRES_OWNER, ...SERVICES.map(postgresRole)]),
});

export const loadSecrets = (paths: HomePaths): Secrets => {
  const kept = readJson(paths.secrets) as Partial<Secrets> | undefined;
  const secrets = completeSecrets(kept);
  writeJsonAtomic(paths.secrets, secrets, 0o600);
  return secrets;
};

/** The admin token and the keys, made at the first start and kept: losing the master key loses every stored report. */
export const ensureKeys = (paths: HomePaths): void => {
  mkdirSync(paths.keys, { recursive: true, mode: 0o700 });
  if (!existsSync(paths.adminToken)) writeFileAtomic(paths.adminToken, `tl_${randomBytes(32).toString('base64url')}\n`, 0o600);
  if (!existsSync(paths.masterKey)) writeFileAtomic(paths.masterKey, `${randomBytes(32).toString('hex')}\n`, 0o600);
  if (!existsSync(paths.internalPrivateKey) || !existsSync(paths.internalPublicKey)) {
    const pair = generateKeyPairSync('ed25519');
    writeFileAtomic(paths.internalPublicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 0o644);
    writeFileAtomic(paths.internalPrivateKey, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  }
};
