/** Cells of the table beyond which an alignment is by order alone: 8 MB, some ten milliseconds. */
const MAX_CELLS = 1_000_000;

export interface Aligned {
  readonly row: number;
  readonly column: number;
}

/**
 * Pairs two ordered lists without crossing, at the least total cost. Without `gap` as many pairs are made as the shorter
 * list has members; with it, a member of the shorter list stays alone when its pair would cost more than `gap`. Of equal
 * solutions it takes the earliest members, so that lists without any cost pair from their beginning.
 */
export function alignInOrder(rows: number, columns: number, cost: (row: number, column: number) => number, gap = Number.POSITIVE_INFINITY): readonly Aligned[] {
  if (rows > columns) return alignInOrder(columns, rows, (row, column) => cost(column, row), gap).map(({ row, column }) => ({ row: column, column: row }));
  if (rows * columns > MAX_CELLS) return Array.from({ length: rows }, (_, index) => ({ row: index, column: index }));
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  for (let row = 1; row <= rows; row += 1) {
    best[row * width] = best[(row - 1) * width] as number + gap;
    for (let column = 1; column <= columns; column += 1) {
      const paired = best[(row - 1) * width + column - 1] as number + cost(row - 1, column - 1);
      const alone = best[(row - 1) * width + column] as number + gap;
      best[row * width + column] = Math.min(best[row * width + column - 1] as number, paired, alone);
    }
  }
  return backtrack(best, rows, columns, gap);
}

function backtrack(best: Float64Array, rows: number, columns: number, gap: number): readonly Aligned[] {
  const width = columns + 1;
  const pairs: Aligned[] = [];
  let row = rows;
  let column = columns;
  while (row > 0 && column > 0) {
    const here = best[row * width + column] as number;
    if (here === best[row * width + column - 1]) column -= 1;
    else if (here === best[(row - 1) * width + column] as number + gap) row -= 1;
    else pairs.push({ row: (row -= 1), column: (column -= 1) });
  }
  return pairs.reverse();
}
