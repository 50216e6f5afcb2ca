import type { TopicDefinition } from '@throughline/contracts';

const DAY_MS = 86_400_000;

/**
 * Broker settings of a topic. Compaction with a lag of the retention makes one topic serve history and bootstrap:
 * the last state of each key for ever, and every change of the last days.
 */
export function settingsOf(definition: TopicDefinition): Readonly<Record<string, string>> {
  const days = String(definition.retentionDays * DAY_MS);
  return definition.cleanup === 'compact'
    ? { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': days, 'max.message.bytes': '1048576', 'compression.type': 'producer' }
    : { 'cleanup.policy': 'delete', 'retention.ms': days, 'max.message.bytes': '1048576', 'compression.type': 'producer' };
}

export interface TopicDifference { readonly topic: string; readonly kind: 'missing' | 'partitions' | 'setting'; readonly detail: string }

/** What the broker has against what the files say; a partition count is never changed under a topic. */
export function differences(
  wanted: Readonly<Record<string, TopicDefinition>>,
  present: ReadonlyMap<string, { readonly partitions: number; readonly settings: Readonly<Record<string, string>> }>,
): readonly TopicDifference[] {
  return Object.entries(wanted).flatMap(([topic, definition]): readonly TopicDifference[] => {
    const there = present.get(topic);
    if (!there) return [{ topic, kind: 'missing', detail: `${definition.partitions} partitions` }];
    const partitions: readonly TopicDifference[] = there.partitions === definition.partitions
      ? [] : [{ topic, kind: 'partitions', detail: `has ${there.partitions}, file says ${definition.partitions}; a count never changes under a topic` }];
    const settings = Object.entries(settingsOf(definition))
      .filter(([name, value]) => there.settings[name] !== value)
      .map(([name, value]): TopicDifference => ({ topic, kind: 'setting', detail: `${name}: ${there.settings[name] ?? 'unset'} → ${value}` }));
    return [...partitions, ...settings];
  });
}
