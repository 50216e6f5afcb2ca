import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { engines } from './engines.js';

export interface TestTopics {
  /** The full name of one of the topics that were asked for. */
  of(name: string): string;
  readonly names: readonly string[];
  drop(): Promise<void>;
}

/** A prefix that no other spec uses. */
export const uniquePrefix = (hint = 't'): string => `${hint}-${process.pid}-${randomBytes(4).toString('hex')}.`;

/** Creates `<prefix><name>` for each name, as the admin. Topics of a test end with it: call `drop` in `afterAll`. */
export const createTopics = async (prefix: string, names: readonly string[], settings: { readonly partitions?: number; readonly compact?: boolean } = {}): Promise<TestTopics> => {
  const { kafka } = await engines();
  const admin = new Kafka({ clientId: 'testing', brokers: kafka.brokers, sasl: kafka.sasl, logLevel: logLevel.NOTHING }).admin();
  const configEntries = settings.compact ? [{ name: 'cleanup.policy', value: 'compact' }] : [];
  const full = names.map((name) => `${prefix}${name}`);
  await admin.connect();
  try {
    await admin.createTopics({ waitForLeaders: true, topics: full.map((topic) => ({ topic, numPartitions: settings.partitions ?? 3, replicationFactor: 1, configEntries })) });
  } finally {
    await admin.disconnect();
  }
  return {
    names: full,
    of(name) {
      if (!names.includes(name)) throw new Error(`topic ${name} was not created`);
      return `${prefix}${name}`;
    },
    async drop() {
      await admin.connect();
      await admin.deleteTopics({ topics: full, timeout: 10_000 }).catch(() => undefined); // already gone
      await admin.disconnect();
    },
  };
};
