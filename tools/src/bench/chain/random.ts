import { createHash } from 'node:crypto';

/** Values that follow from a seed and a name alone, so that a fleet is the same in every run and in any order of making. */
export interface Chance {
  /** Hex digits, 40 unless told. */
  hex(name: string, length?: number): string;
}

export function chance(seed: string): Chance {
  const hash = (name: string): string => createHash('sha512').update(`${seed}|${name}`).digest('hex');
  return {
    hex: (name, length = 40) => hash(name).slice(0, length),
  };
}
