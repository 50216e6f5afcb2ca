import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

export const LOG_CAP_BYTES = 20 * 1024 * 1024;

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** Opens a log for appending; one over the cap becomes `<name>.1` (one older file is kept). */
export const openLog = (path: string, capBytes = LOG_CAP_BYTES): number => {
  mkdirSync(dirname(path), { recursive: true });
  if (sizeOf(path) > capBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
};

/** The same for a log that a running process holds open: it appends, so the file is copied and cut. */
export const capRunningLog = (path: string, capBytes = LOG_CAP_BYTES * 2): void => {
  if (sizeOf(path) <= capBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
};

/** What a log holds after `offset`, at most its last `limit` bytes. */
export const readLogFrom = (path: string, offset: number, limit = 64 * 1024): string => {
  const size = sizeOf(path);
  const start = Math.max(offset, size - limit);
  if (start >= size) return '';
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(size - start);
    const read = readSync(file, buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(file);
  }
};

export const logSize = sizeOf;
