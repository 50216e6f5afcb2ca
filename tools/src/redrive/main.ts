import { DLQ_HEADERS, redrive } from '@throughline/stream';
import { createKafkaJsProducer, readTopic } from '@throughline/stream/kafkajs';
import { SERVICES } from '../topics/index.js';
import { parseArguments, USAGE } from './arguments.js';
import { brokerAccess } from './config.js';

const asked = parseArguments(process.argv.slice(2), SERVICES);
if (!asked) {
  console.error(`${USAGE}\n  services: ${SERVICES.join(', ')}`);
  process.exit(2);
}
const { service, code, dryRun } = asked;
const connection = { ...brokerAccess(), clientId: 'throughline-redrive' };
const producer = createKafkaJsProducer(connection);
try {
  const result = await redrive({
    from: readTopic({ ...connection, topic: `throughline.${service}.dlq.v1` }), producer, dryRun,
    filter: (letter) => code === undefined || letter.headers[DLQ_HEADERS.code] === code,
  });
  console.log(`${dryRun ? 'would be sent again' : 'sent again'}: ${result.sent}; passed over: ${result.passed}; without their bytes: ${result.unrecoverable}`);
} finally {
  await producer.disconnect();
}
process.exit(0);
