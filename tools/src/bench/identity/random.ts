import { createHash } from 'node:crypto';

/** Choices that follow from a seed and a name alone: the same in every run and on every machine. */
export interface Dice {
  /** Whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  /** All of them in another order. */
  shuffled<T>(from: readonly T[]): T[];
  chance(share: number): boolean;
  hex(length: number): string;
}

export function dice(seed: string): Dice {
  let counter = 0;
  const digest = (): Buffer => createHash('sha256').update(`${seed}|${counter++}`).digest();
  const below = (limit: number): number => digest().readUInt32BE(0) % limit;
  return {
    below,
    pick: <T>(from: readonly T[]): T => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    shuffled: <T>(from: readonly T[]): T[] => from.map((value) => ({ value, order: digest().readUInt32BE(0) })).sort((a, b) => a.order - b.order).map(({ value }) => value),
    chance: (share) => below(1000) < share * 1000,
    hex: (length) => digest().toString('hex').slice(0, length),
  };
}
