import { Kafka, logLevel, type KafkaConfig, type LogEntry } from 'kafkajs';
import { quietIdleTimers } from './idle-timers.js';
import { silentLogger, type StreamLogger } from '../../logger.js';

export interface KafkaConnectionOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** SCRAM-SHA-512; absent on a broker without SASL. */
  readonly sasl?: { readonly username: string; readonly password: string } | undefined;
  readonly ssl?: boolean;
  readonly logger?: StreamLogger;
}

/** A kafkajs client. A new object each time: kafkajs keeps its authenticator in the `sasl` object that it is given. */
export function createKafka(options: KafkaConnectionOptions): Kafka {
  quietIdleTimers();
  const config: KafkaConfig = {
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 3000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    // Bounded, with jitter; what stays unreachable is retried by the runner and the relay, who also say so.
    retry: { initialRetryTime: 200, maxRetryTime: 3000, retries: 5 },
    logLevel: logLevel.WARN,
    logCreator: () => logTo(options.logger ?? silentLogger),
    ...(options.ssl ? { ssl: true } : {}),
    ...(options.sasl ? { sasl: { mechanism: 'scram-sha-512', username: options.sasl.username, password: options.sasl.password } } : {}),
  };
  return new Kafka(config);
}

/**
 * kafkajs logs as errors what it then retries (a broker that restarts, a rebalance): they are warnings here, since the
 * runner reports for itself what lasts.
 */
function logTo(logger: StreamLogger): (entry: LogEntry) => void {
  return ({ namespace, log }) => logger.warn({ event: 'stream.client', namespace, ...('error' in log ? { error: String(log.error) } : {}) }, log.message);
}
