export interface ChunkLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Beyond 500 records a batch gains nothing (measured), and a transaction that holds many megabytes holds others up. */
export const DEFAULT_CHUNK: ChunkLimits = { records: 500, bytes: 4 * 1024 * 1024 };

/** Cuts a list into runs within the limits, in order; one item above the byte limit makes a run of its own. */
export function chunk<T>(items: readonly T[], bytesOf: (item: T) => number, limits: ChunkLimits = DEFAULT_CHUNK): T[][] {
  const chunks: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (current.length > 0 && (current.length >= limits.records || bytes + size > limits.bytes)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}
