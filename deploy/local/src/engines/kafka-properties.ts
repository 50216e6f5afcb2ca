import { KAFKA_ADMIN } from '../home/names.js';

export interface KafkaPlan {
  readonly dataDir: string;
  readonly clientPort: number;
  readonly controllerPort: number;
  readonly adminPassword: string;
  /** Where clients reach the broker; absent: loopback, and nobody else. */
  readonly host?: string;
}

/**
 * One node that is broker and controller. Clients and the broker itself sign in with SCRAM; the controller's
 * listener takes PLAIN, because SCRAM credentials live in the log that the controller has to open first.
 * Nothing listens beyond the loopback interface unless a host is given (containers), and no listener lets an anonymous client in.
 */
export const kafkaProperties = (plan: KafkaPlan): string => {
  const login = (module: string, extra = ''): string =>
    `org.apache.kafka.common.security.${module} required username="${KAFKA_ADMIN}" password="${plan.adminPassword}"${extra};`;
  const bind = plan.host ? '0.0.0.0' : '127.0.0.1';
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${plan.controllerPort}`,
    listeners: `CLIENT://${bind}:${plan.clientPort},CONTROLLER://127.0.0.1:${plan.controllerPort}`,
    'advertised.listeners': `CLIENT://${plan.host ?? '127.0.0.1'}:${plan.clientPort}`,
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.client.scram-sha-512.sasl.jaas.config': login('scram.ScramLoginModule'),
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': login('plain.PlainLoginModule', ` user_${KAFKA_ADMIN}="${plan.adminPassword}"`),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${KAFKA_ADMIN}`,
    'allow.everyone.if.no.acl.found': 'false',
    'log.dirs': plan.dataDir,
    'auto.create.topics.enable': 'false',
    'num.partitions': 12,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'log.segment.bytes': 256 * 1024 * 1024,
    'log.cleaner.dedupe.buffer.size': 33_554_432,
    'message.max.bytes': 1_048_588,
    // A home on a laptop: offsets of groups that were off for weeks are kept.
    'offsets.retention.minutes': 60 * 24 * 90,
    'controlled.shutdown.enable': 'false',
  };
  return `${Object.entries(properties).map(([key, value]) => `${key}=${value}`).join('\n')}\n`;
};
