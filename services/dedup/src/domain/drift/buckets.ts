/** Pairs of indices whose members share a key. */
export interface BucketOptions<L, R> {
  readonly left: readonly L[];
  readonly right: readonly R[];
  readonly leftKeys: (one: L) => readonly string[];
  readonly rightKeys: (one: R) => readonly string[];
  /** Pairs of one bucket beyond which `few` chooses, or none are made. */
  readonly cap: number;
  readonly few?: (key: string, left: readonly number[], right: readonly number[]) => Iterable<readonly [number, number]>;
}

/** Every pair once, in order; never all with all. */
export function bucketPairs<L, R>({ left, right, leftKeys, rightKeys, cap, few }: BucketOptions<L, R>): readonly (readonly [number, number])[] {
  const lefts = indexed(left, leftKeys);
  const rights = indexed(right, rightKeys);
  const pairs = new Set<number>();
  for (const [key, ones] of lefts) {
    const others = rights.get(key);
    if (others === undefined) continue;
    if (ones.length * others.length <= cap) for (const one of ones) for (const other of others) pairs.add(one * right.length + other);
    else for (const [one, other] of few?.(key, ones, others) ?? []) pairs.add(one * right.length + other);
  }
  return [...pairs].sort((a, b) => a - b).map((pair) => [Math.floor(pair / right.length), pair % right.length] as const);
}

function indexed<T>(all: readonly T[], keysOf: (one: T) => readonly string[]): ReadonlyMap<string, number[]> {
  const index = new Map<string, number[]>();
  all.forEach((one, at) => {
    for (const key of new Set(keysOf(one))) {
      const members = index.get(key);
      if (members === undefined) index.set(key, [at]);
      else members.push(at);
    }
  });
  return index;
}
