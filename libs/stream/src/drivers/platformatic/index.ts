export { createPlatformaticProducer } from './producer.js';
