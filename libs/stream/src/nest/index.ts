export { connectStream } from './connect-stream.js';
export { KafkaBatchStrategy, type KafkaBatchStrategyOptions, type StreamBatch } from './kafka-batch.strategy.js';
export { StreamExceptionFilter } from './stream-exception.filter.js';
