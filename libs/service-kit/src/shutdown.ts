import type { Logger } from '@throughline/observability';

/** Longest time from a signal to the exit: a batch in hand is finished or released before (FAULTS 5). */
const LIMIT_MS = 10_000;

/** Runs `close` once at SIGTERM, SIGINT or when the launcher that started us is gone; then exits 0. */
export function onShutdown(logger: Logger, close: () => Promise<void>): void {
  let closing = false;
  const shut = (cause: string): void => {
    if (closing) return;
    closing = true;
    logger.info({ cause }, 'stopping');
    const limit = setTimeout(() => process.exit(1), LIMIT_MS);
    limit.unref();
    close().then(() => process.exit(0), (error: unknown) => {
      logger.error({ err: error }, 'stopping failed');
      process.exit(1);
    });
  };
  process.once('SIGTERM', () => shut('SIGTERM'));
  process.once('SIGINT', () => shut('SIGINT'));
  process.once('disconnect', () => shut('launcher gone'));
}
