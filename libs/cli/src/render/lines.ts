/** Rows as columns, each as wide as its widest cell; the last is left alone. Cells are without colour. */
export function columns(rows: readonly (readonly string[])[], gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => { widths[index] = Math.max(widths[index] ?? 0, cell.length); });
  return rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd((widths[index] ?? 0) + gap))).join('').trimEnd());
}

export const count = (number: number, word: string, plural = `${word}s`): string => `${number} ${number === 1 ? word : plural}`;

export const paragraphs = (lines: readonly (string | undefined | false)[]): string => `${lines.filter((line) => line !== undefined && line !== false).join('\n')}\n`;
