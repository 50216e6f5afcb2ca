/** What the library needs of a logger; pino fits. One structured event a call: ids and codes, never payload. */
export interface StreamLogger {
  debug(event: object, message: string): void;
  info(event: object, message: string): void;
  warn(event: object, message: string): void;
  error(event: object, message: string): void;
}

export const silentLogger: StreamLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
