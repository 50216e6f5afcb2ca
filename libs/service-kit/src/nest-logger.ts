import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@throughline/observability';

/** Nest's own messages as our structured events; its start-up chatter is debug. */
export function nestLogger(logger: Logger): LoggerService {
  const log = (level: 'debug' | 'warn' | 'error') => (message: unknown, ...rest: unknown[]): void => logger[level]({ context: rest.at(-1), ...(message instanceof Error && { err: message }) }, typeof message === 'string' ? message : 'nest');
  return { log: log('debug'), debug: log('debug'), verbose: log('debug'), warn: log('warn'), error: log('error'), fatal: log('error') };
}
