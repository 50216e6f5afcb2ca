import { MessageTooLarge } from './errors.js';
import type { Codec, OutgoingMessage, ProducerMessage } from './ports.js';

/** Cap of one message with key and headers (FAULTS 21): brokers refuse above 1 MiB, framing takes some of it. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** Header names of the CloudEvents 1.0 binary mode for Kafka, and our own. */
export const HEADERS = {
  id: 'ce_id', type: 'ce_type', source: 'ce_source', time: 'ce_time', specVersion: 'ce_specversion', contentType: 'content-type',
  tenant: 'tenant', traceParent: 'traceparent', traceState: 'tracestate', redriven: 'redriven',
} as const;

export interface EnvelopeContext {
  /** Who says it, a URI reference: `/throughline/dedup`. */
  readonly source: string;
  readonly time: Date;
  /** `traceparent` and `tracestate` of the active span; empty without one. */
  readonly trace?: Readonly<Record<string, string>>;
}

/**
 * Headers of an announced message: CloudEvents 1.0, binary content mode (Kafka Protocol Binding, §3.2), plus tenant and
 * W3C trace context. The message's own headers cannot overwrite them.
 */
export function buildHeaders(message: OutgoingMessage, context: EnvelopeContext): Record<string, string> {
  return {
    ...message.headers,
    [HEADERS.specVersion]: '1.0',
    [HEADERS.id]: message.eventId,
    [HEADERS.type]: message.topic,
    [HEADERS.source]: context.source,
    [HEADERS.time]: context.time.toISOString(),
    [HEADERS.contentType]: 'application/avro',
    ...(message.tenantId === null ? {} : { [HEADERS.tenant]: message.tenantId }),
    ...traceOf(message, context),
  };
}

/** Encodes a message for the broker. Throws MessageTooLarge before it can block a relay; the codec's errors pass through. */
export function encodeMessage(message: OutgoingMessage, codec: Codec, context: EnvelopeContext): ProducerMessage {
  const encoded: ProducerMessage = {
    topic: message.topic,
    key: Buffer.from(message.key.join('|')),
    value: codec.encode(message.topic, message.value),
    headers: buildHeaders(message, context),
  };
  const bytes = messageBytes(encoded);
  if (bytes > MAX_MESSAGE_BYTES) throw new MessageTooLarge(message.topic, bytes, MAX_MESSAGE_BYTES);
  return encoded;
}

/** What a message weighs on the wire, near enough for splitting sends. */
export function messageBytes(message: ProducerMessage): number {
  let bytes = 64 + (message.key?.length ?? 0) + (message.value?.length ?? 0);
  for (const [name, value] of Object.entries(message.headers)) bytes += name.length + Buffer.byteLength(value) + 4;
  return bytes;
}

/** An active span outranks the cause's header, since it is the cause's child. */
function traceOf(message: OutgoingMessage, context: EnvelopeContext): Record<string, string> {
  if (context.trace?.[HEADERS.traceParent]) return { ...context.trace };
  const parent = message.cause?.headers[HEADERS.traceParent];
  if (!parent) return {};
  const state = message.cause?.headers[HEADERS.traceState];
  return { [HEADERS.traceParent]: parent, ...(state ? { [HEADERS.traceState]: state } : {}) };
}
