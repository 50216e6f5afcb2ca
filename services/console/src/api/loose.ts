/** Readers for answers whose inner words the contract leaves open: what is missing or new never fails a page. */
export type Loose = Readonly<Record<string, unknown>>;
export const loose = (value: unknown): Loose => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Loose : {});
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The first of the names that holds a text, a number or a truth, as text. */
export function text(value: Loose, ...names: readonly string[]): string {
  for (const name of names) {
    const found = value[name];
    if (typeof found === 'string' && found !== '') return found;
    if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  }
  return '';
}

export const texts = (value: unknown): readonly string[] => list(value).map((one) => (typeof one === 'string' ? one : text(loose(one), 'urn', 'name', 'slug'))).filter(Boolean);
export const numbers = (value: unknown): Readonly<Record<string, number>> => Object.fromEntries(Object.entries(loose(value)).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
/** The list of an answer, under `items` or by itself. */
export const itemsOf = (body: unknown, ...names: readonly string[]): readonly unknown[] => (Array.isArray(body) ? body : list([...names, 'items'].map((name) => loose(body)[name]).find(Array.isArray)));
