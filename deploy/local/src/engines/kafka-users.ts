import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection, SASLMechanisms } from '@platformatic/kafka';
import { KAFKA_ADMIN } from '../home/names.js';

const SCRAM_SHA_512 = 2; // Kafka's number of the mechanism
const ITERATIONS = 8192;

/** What Kafka stores of a password (RFC 5802): salt, rounds and the salted password, never the password. */
export const scramCredential = (name: string, password: string, salt = randomBytes(24)) => ({
  name, mechanism: SCRAM_SHA_512, iterations: ITERATIONS, salt, saltedPassword: pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512'),
});

/** Users whose credential the broker does not have yet; `known` is undefined for a home of before this was recorded. */
export const missingUsers = (wanted: Readonly<Record<string, string>>, known: readonly string[] | undefined): string[] =>
  Object.keys(wanted).filter((name) => name !== KAFKA_ADMIN && !known?.includes(name));

/**
 * Gives a running broker the users that a newer commit brought: formatting wrote only those of its day.
 * kafkajs has no request for it, hence the other client.
 */
export const addKafkaUsers = async (port: number, passwords: Readonly<Record<string, string>>, names: readonly string[]): Promise<void> => {
  const connection = new Connection('throughline-local', {
    sasl: { mechanism: SASLMechanisms.SCRAM_SHA_512, username: KAFKA_ADMIN, password: passwords[KAFKA_ADMIN] ?? '' },
  });
  await connection.connect('127.0.0.1', port);
  try {
    await alterUserScramCredentialsV0.api.async(connection, [], names.map((name) => scramCredential(name, passwords[name] ?? '')));
  } finally {
    await connection.close();
  }
};
