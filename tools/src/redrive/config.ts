import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Broker access of an operator: from the environment, else from the home of a platform on this machine. */
export function brokerAccess(): { readonly brokers: readonly string[]; readonly sasl?: { readonly username: string; readonly password: string } } {
  const { KAFKA_BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD, THROUGHLINE_HOME } = process.env;
  if (KAFKA_BROKERS) return { brokers: KAFKA_BROKERS.split(','), ...(KAFKA_USERNAME && KAFKA_PASSWORD && { sasl: { username: KAFKA_USERNAME, password: KAFKA_PASSWORD } }) };
  const home = resolve(THROUGHLINE_HOME ?? '.throughline');
  const { kafka } = JSON.parse(readFileSync(join(home, 'engines.json'), 'utf8')) as { kafka: { brokers: string[]; sasl?: { username: string; password: string } } };
  return { brokers: kafka.brokers, ...(kafka.sasl && { sasl: { username: kafka.sasl.username, password: kafka.sasl.password } }) };
}
