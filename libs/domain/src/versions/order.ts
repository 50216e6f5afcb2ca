export type Comparison = -1 | 0 | 1;

/** How one ecosystem orders its versions: a total order over what it can parse. */
export interface VersionOrder<Parsed> {
  /** Undefined for what the ecosystem's grammar does not accept; a version is never guessed. */
  readonly parse: (text: string) => Parsed | undefined;
  readonly compare: (a: Parsed, b: Parsed) => Comparison;
}

export const sign = (difference: number): Comparison => (difference < 0 ? -1 : difference > 0 ? 1 : 0);

/** By code unit, as the specifications' "ASCII order": never by locale. */
export const compareText = (a: string, b: string): Comparison => (a < b ? -1 : a > b ? 1 : 0);

/** Decimal digits of any length by value: build numbers outgrow what a double holds exactly. */
export function compareDigits(a: string, b: string): Comparison {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return sign(left.length - right.length) || compareText(left, right);
}

export const isDigits = (text: string): boolean => /^\d+$/.test(text);

/** The first difference of two lists decides; `fill` stands for what the shorter one lacks. */
export function compareLists<T>(a: readonly T[], b: readonly T[], fill: T, compare: (a: T, b: T) => Comparison): Comparison {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compare(a[index] ?? fill, b[index] ?? fill);
    if (order !== 0) return order;
  }
  return 0;
}
