import { TOPIC_CATALOGUE } from '@throughline/contracts';
import kafkajs, { type Admin, type AclEntry, type SASLOptions } from 'kafkajs';
import { aclsOf, type Acl } from './acls.js';
import { differences, settingsOf, type TopicDifference } from './settings.js';

export { applySchemas, idsAreComplete } from './schemas.js';
export { aclsOf, SERVICES } from './acls.js';
export { differences, settingsOf } from './settings.js';

export interface BrokerAccess {
  readonly brokers: readonly string[];
  readonly sasl?: { readonly username: string; readonly password: string } | undefined;
}

/** Creates what is missing, sets settings that differ and grants the ACLs; idempotent. Partition counts are reported only. */
export async function applyTopics(access: BrokerAccess, options: { readonly acls: boolean } = { acls: true }): Promise<readonly TopicDifference[]> {
  return withAdmin(access, async (admin) => {
    const found = await diffTopics(admin);
    const missing = new Set(found.filter((d) => d.kind === 'missing').map((d) => d.topic));
    if (missing.size > 0) await admin.createTopics({ waitForLeaders: true, topics: [...missing].map((topic) => newTopic(topic)) });
    const changed = [...new Set(found.filter((d) => d.kind === 'setting').map((d) => d.topic))];
    if (changed.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changed.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: entries(name) })) });
    if (options.acls) await admin.createAcls({ acl: aclsOf(TOPIC_CATALOGUE).map(toEntry) });
    return found;
  });
}

/** What the broker has against what schemas/topics says; changes nothing. */
export async function diffTopicsOf(access: BrokerAccess): Promise<readonly TopicDifference[]> {
  return withAdmin(access, diffTopics);
}

async function withAdmin<R>(access: BrokerAccess, work: (admin: Admin) => Promise<R>): Promise<R> {
  const sasl: SASLOptions | undefined = access.sasl && { mechanism: 'scram-sha-512', ...access.sasl };
  const kafka = new kafkajs.Kafka({ clientId: 'topics-tool', brokers: [...access.brokers], logLevel: kafkajs.logLevel.NOTHING, ...(sasl && { sasl }), retry: { retries: 8, initialRetryTime: 200 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function diffTopics(admin: Admin): Promise<readonly TopicDifference[]> {
  const existing = new Set(await admin.listTopics());
  const names = Object.keys(TOPIC_CATALOGUE).filter((name) => existing.has(name));
  const present = new Map<string, { partitions: number; settings: Record<string, string> }>();
  if (names.length > 0) {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    for (const topic of topics) present.set(topic.name, { partitions: topic.partitions.length, settings: {} });
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })) });
    for (const resource of resources) {
      const there = present.get(resource.resourceName);
      if (there) for (const entry of resource.configEntries) there.settings[entry.configName] = entry.configValue;
    }
  }
  return differences(TOPIC_CATALOGUE, present);
}

function newTopic(topic: string) {
  const definition = TOPIC_CATALOGUE[topic];
  if (!definition) throw new TypeError(`unknown topic ${topic}`);
  return { topic, numPartitions: definition.partitions, configEntries: entries(topic) };
}

function entries(topic: string): { name: string; value: string }[] {
  const definition = TOPIC_CATALOGUE[topic];
  return definition ? Object.entries(settingsOf(definition)).map(([name, value]) => ({ name, value })) : [];
}

function toEntry(acl: Acl): AclEntry {
  const { AclResourceTypes: R, AclOperationTypes: O, AclPermissionTypes: P, ResourcePatternTypes: T } = kafkajs;
  return {
    principal: `User:${acl.principal}`, host: '*', permissionType: P.ALLOW, resourceName: acl.name,
    resourceType: { topic: R.TOPIC, group: R.GROUP, cluster: R.CLUSTER }[acl.resource],
    resourcePatternType: acl.pattern === 'literal' ? T.LITERAL : T.PREFIXED,
    operation: { read: O.READ, write: O.WRITE, describe: O.DESCRIBE, 'idempotent-write': O.IDEMPOTENT_WRITE }[acl.operation],
  };
}
