import { UndecodableRecord } from '@throughline/contracts';
import type { Codec } from '@throughline/stream';

/** Stands in for Avro on topics that only these tests know. */
export const jsonCodec: Codec = {
  decode(_topic, value) {
    try {
      return Promise.resolve(JSON.parse(value.toString('utf8')) as unknown);
    } catch (error) {
      return Promise.reject(new UndecodableRecord('not JSON', { cause: error }));
    }
  },
  encode: (_topic, value) => Buffer.from(JSON.stringify(value)),
};
