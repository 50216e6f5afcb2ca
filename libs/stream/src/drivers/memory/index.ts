export { MemoryBroker } from './memory-broker.js';
export { createMemoryDriver, type MemoryDriverOptions } from './memory-driver.js';
export { MemoryProcess } from './memory-process.js';
export { createMemoryProducer, startMemoryRelay } from './memory-relay.js';
export { MemoryDatabase, MemoryStore, type MemoryStoreOptions, type MemoryUnit } from './memory-store.js';
