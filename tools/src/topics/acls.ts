import type { TopicDefinition } from '@throughline/contracts';

export const SERVICES = ['ingestion', 'normalization', 'dedup', 'chain-resolution', 'scoring', 'ticket-routing', 'analytics', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** One allow rule; everything else is denied by the authorizer. */
export interface Acl {
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'cluster';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operation: 'read' | 'write' | 'describe' | 'idempotent-write';
}

/**
 * Least privilege from the topic files: a service writes what it produces, reads what it consumes, in its own group.
 * Ingestion alone may write to every topic, since it replays dead letters to where they came from.
 */
export function aclsOf(topics: Readonly<Record<string, TopicDefinition>>): readonly Acl[] {
  return SERVICES.flatMap((service) => [
    ...serviceAcls(service),
    ...Object.entries(topics).flatMap(([topic, definition]) => topicAcls(service, topic, definition)),
  ]);
}

function serviceAcls(service: ServiceName): readonly Acl[] {
  return [
    { principal: service, resource: 'group', name: `throughline.${service}`, pattern: 'prefixed', operation: 'read' },
    { principal: service, resource: 'cluster', name: 'kafka-cluster', pattern: 'literal', operation: 'idempotent-write' },
  ];
}

function topicAcls(service: ServiceName, topic: string, definition: TopicDefinition): readonly Acl[] {
  const on = (operation: Acl['operation']): Acl => ({ principal: service, resource: 'topic', name: topic, pattern: 'literal', operation });
  const writes = definition.producer === service || definition.producer === '*' || service === 'ingestion';
  const reads = definition.consumers.includes(service) || definition.consumers.includes('*');
  return [
    ...(writes ? [on('write')] : []),
    ...(reads ? [on('read')] : []),
    ...(writes || reads ? [on('describe')] : []),
  ];
}
