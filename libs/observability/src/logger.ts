import { context, trace } from '@opentelemetry/api';
import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * One JSON object a line, ids and no payload. Values are JSON strings, so that line breaks, ANSI codes and look-alike
 * JSON in foreign text stay inside their field (FAULTS 62); the trace id joins a line to its trace.
 */
export function createLogger(options: { readonly name: string; readonly level?: string | undefined }): Logger {
  return pino({
    name: options.name,
    level: options.level ?? 'info',
    base: { service: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    mixin: traceFields,
    redact: { paths: ['token', 'password', 'secret', 'authorization', '*.token', '*.password', '*.secret', 'headers.authorization'], censor: '[REDACTED]' },
  });
}

function traceFields(): object {
  const span = trace.getSpanContext(context.active());
  return span ? { traceId: span.traceId, spanId: span.spanId } : {};
}
