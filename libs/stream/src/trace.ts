import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Link } from '@opentelemetry/api';
import { HEADERS } from './envelope.js';
import type { StreamRecord } from './ports.js';

const TRACER = '@throughline/stream';
/** Links of a batch span at most; a batch of 500 records may stem from 500 requests. */
const MAX_LINKS = 32;

/** `traceparent` and `tracestate` of the active span; empty without one, or without an SDK. */
export function activeTraceHeaders(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

/**
 * Runs a handler inside a span of its batch: child of the records' trace when all share one, else a root with links
 * (OpenTelemetry messaging conventions for batches). Without an SDK it only runs the handler.
 */
export async function inBatchSpan<R>(name: string, records: readonly Pick<StreamRecord, 'headers'>[], handle: () => Promise<R>): Promise<R> {
  const parents = distinctParents(records);
  const contexts = parents.map((headers) => propagation.extract(ROOT_CONTEXT, headers));
  const only = contexts.length === 1 ? contexts[0] : undefined;
  const links = only ? [] : contexts.flatMap((each): Link[] => {
    const spanContext = trace.getSpanContext(each);
    return spanContext ? [{ context: spanContext }] : [];
  });
  const options = { kind: SpanKind.CONSUMER, links, attributes: { 'messaging.batch.message_count': records.length } };
  return trace.getTracer(TRACER).startActiveSpan(name, options, only ?? context.active(), async (span) => {
    try {
      return await handle();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function distinctParents(records: readonly Pick<StreamRecord, 'headers'>[]): Record<string, string>[] {
  const found = new Map<string, Record<string, string>>();
  for (const { headers } of records) {
    const parent = headers[HEADERS.traceParent];
    if (parent === undefined || found.has(parent)) continue;
    const state = headers[HEADERS.traceState];
    found.set(parent, { [HEADERS.traceParent]: parent, ...(state ? { [HEADERS.traceState]: state } : {}) });
    if (found.size >= MAX_LINKS) break;
  }
  return [...found.values()];
}
