import type { ProducerMessage, ProducerPort } from '../../ports.js';
import type { MemoryBroker } from './memory-broker.js';
import { MemoryProcess } from './memory-process.js';
import type { MemoryDatabase } from './memory-store.js';

/** Produces into the memory broker, with a step after each message: a send may die half-way. */
export const createMemoryProducer = (broker: MemoryBroker, process = new MemoryProcess()): ProducerPort => ({
  connect: () => Promise.resolve(),
  disconnect: () => Promise.resolve(),
  async send(messages: readonly ProducerMessage[]) {
    for (const message of messages) {
      await process.step('send');
      if (broker.outage) throw broker.outage;
      broker.append(message);
    }
    await process.step('sent');
  },
});

/** The outbox relay in memory: read, send, delete. Returns how to stop it. */
export function startMemoryRelay(database: MemoryDatabase, producer: ProducerPort, process = new MemoryProcess()): () => void {
  let isRunning = true;
  let isBusy = false;
  const drain = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let row = database.outbox[0]; row && isRunning; row = database.outbox[0]) {
      const { id, messages } = row;
      await process.step('relay read');
      await producer.send(messages);
      await process.step('relay acknowledged');
      const at = database.outbox.findIndex((each) => each.id === id);
      if (at >= 0) database.outbox.splice(at, 1);
      await process.step('relay deleted');
    }
    isBusy = false;
  };
  const kick = (): void => { void drain().catch(() => { isBusy = false; }); };
  const unsubscribe = database.onOutbox(kick);
  kick();
  return () => { isRunning = false; unsubscribe(); };
}
