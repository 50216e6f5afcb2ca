export { createKafka, type KafkaConnectionOptions } from './connection.js';
export { createKafkaJsDriver, type KafkaJsConsumerOptions } from './consumer-driver.js';
export { createKafkaJsProducer } from './producer.js';
export { readTopic } from './reader.js';
