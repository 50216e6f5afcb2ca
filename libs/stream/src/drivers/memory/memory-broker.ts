import { createHash } from 'node:crypto';
import type { PartitionOffset, TopicPartition, Watermarks } from '../../driver-port.js';
import type { ProducerMessage, RawRecord } from '../../ports.js';

interface Log {
  records: RawRecord[];
  low: bigint;
  high: bigint;
}

interface Group {
  readonly members: Set<GroupMember>;
  readonly committed: Map<string, bigint>;
}

/** A consumer as the broker sees it. */
export interface GroupMember {
  readonly topics: readonly string[];
  assign(partitions: readonly TopicPartition[]): void;
  wake(): void;
}

/** A broker in memory: partitioned logs with gaps and low watermarks, groups that rebalance. Deterministic. */
export class MemoryBroker {
  readonly #topics = new Map<string, Log[]>();
  readonly #groups = new Map<string, Group>();
  /** Fails every call of clients while set. */
  outage: Error | undefined;
  #now = 1_800_000_000_000;

  createTopic(topic: string, partitions = 1): void {
    this.#topics.set(topic, Array.from({ length: partitions }, () => ({ records: [], low: 0n, high: 0n })));
    this.#wakeAll();
  }

  /** Appends to the partition of the key, creating the topic when it is unknown. */
  append(message: ProducerMessage): PartitionOffset {
    if (!this.#topics.has(message.topic)) this.createTopic(message.topic);
    const logs = this.#logs(message.topic);
    const partition = message.key === null ? 0 : createHash('sha1').update(message.key).digest().readUInt32BE(0) % logs.length;
    const log = logs[partition] as Log;
    const record: RawRecord = { topic: message.topic, partition, offset: log.high, timestamp: this.#now++, key: message.key, value: message.value, headers: message.headers };
    log.records.push(record);
    log.high += 1n;
    this.#wakeAll();
    return { topic: message.topic, partition, offset: record.offset };
  }

  /** All that a topic holds, partition by partition. */
  records(topic: string): readonly RawRecord[] {
    return (this.#topics.get(topic) ?? []).flatMap((log) => log.records);
  }

  fetch({ topic, partition, offset }: PartitionOffset, max: number): readonly RawRecord[] {
    return this.#log({ topic, partition }).records.filter((record) => record.offset >= offset).slice(0, max);
  }

  watermarks(topic: string): ReadonlyMap<number, Watermarks> {
    return new Map(this.#logs(topic).map(({ low, high }, partition) => [partition, { low, high }]));
  }

  /** Retention: deletes what lies before the offset. */
  trim(place: PartitionOffset): void {
    const log = this.#log(place);
    log.low = place.offset;
    log.records = log.records.filter((record) => record.offset >= place.offset);
  }

  /** Compaction: deletes records and leaves gaps. */
  compact(place: TopicPartition, keep: (record: RawRecord) => boolean): void {
    const log = this.#log(place);
    log.records = log.records.filter(keep);
  }

  committed(group: string, place: TopicPartition): bigint | undefined {
    return this.#group(group).committed.get(`${place.topic}/${place.partition}`);
  }

  commit(group: string, { topic, partition, offset }: PartitionOffset): void {
    this.#group(group).committed.set(`${topic}/${partition}`, offset);
  }

  join(group: string, member: GroupMember): void {
    this.#group(group).members.add(member);
    this.rebalance(group);
  }

  /** Also what the broker does when a session times out. */
  leave(group: string, member: GroupMember): void {
    this.#group(group).members.delete(member);
    this.rebalance(group);
  }

  /** Spreads the partitions over the members, round robin, and tells each. */
  rebalance(group: string): void {
    const members = [...this.#group(group).members];
    const shares = new Map(members.map((member) => [member, [] as TopicPartition[]]));
    let turn = 0;
    for (const topic of new Set(members.flatMap((member) => member.topics))) {
      const takers = members.filter((member) => member.topics.includes(topic));
      this.#logs(topic).forEach((_, partition) => shares.get(takers[turn++ % takers.length] as GroupMember)?.push({ topic, partition }));
    }
    for (const [member, share] of shares) member.assign(share);
  }

  #wakeAll(): void {
    for (const group of this.#groups.values()) for (const member of group.members) member.wake();
  }

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? { members: new Set(), committed: new Map() };
    this.#groups.set(name, group);
    return group;
  }

  #logs(topic: string): Log[] {
    const logs = this.#topics.get(topic);
    if (!logs) throw new Error(`no topic ${topic}`);
    return logs;
  }

  #log({ topic, partition }: TopicPartition): Log {
    const log = this.#logs(topic)[partition];
    if (!log) throw new Error(`no partition ${topic}/${partition}`);
    return log;
  }
}
