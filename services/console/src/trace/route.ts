export const NODE_HEIGHT = 56;
export const PITCH = 88;
/** Between a lane and the box beside it: half a badge. */
const LANE_ROOM = 9;

export interface Placed { readonly x: number; readonly y: number }
/** Where a line runs over columns: another must not run on it. */
export interface Lane { readonly left: number; readonly right: number; readonly y: number }
export interface Route { readonly path: string; readonly middle: Placed; readonly into: Placed; readonly lane?: Lane;
  /** Other places for the badge on the same line, nearest to the middle first. */
  readonly others: readonly Placed[];
}

/** A line leaves at the right and enters at the left; over a column it takes the first free lane below its row, so that no line crosses a box or a gap; in a column it goes straight down. */
export function route(a: Placed, b: Placed, { columnWidth, gap }: { readonly columnWidth: number; readonly gap: number }, boxes: readonly Placed[] = [], lanes: readonly Lane[] = []): Route {
  const half = NODE_HEIGHT / 2;
  if (a.x === b.x) return inColumn(a, b);
  const forward = b.x > a.x;
  const x1 = forward ? a.x + columnWidth : a.x, x2 = forward ? b.x : b.x + columnWidth;
  const y1 = a.y + half, y2 = b.y + half;
  const into = { x: x2, y: y2 };
  if (Math.abs(b.x - a.x) <= columnWidth + gap) {
    const bend = (x2 - x1) / 2;
    return { path: y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, middle: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, into, others: [0.32, 0.68, 0.2, 0.8].map((t) => onCurve([x1, x1 + bend, x2 - bend, x2], [y1, y1, y2, y2], t)) };
  }
  const lane = freeLane(a, b, boxes, lanes);
  const bend = forward ? gap / 2 : -gap / 2;
  const turnA = x1 + 2 * bend, turnB = x2 - 2 * bend;
  return { path: `M${x1} ${y1}C${x1 + bend} ${y1} ${turnA - bend} ${lane} ${turnA} ${lane}H${turnB}C${turnB + bend} ${lane} ${x2 - bend} ${y2} ${x2} ${y2}`, middle: { x: (turnA + turnB) / 2, y: lane }, into, others: [-40, 40, -80, 80].map((off) => ({ x: (turnA + turnB) / 2 + off, y: lane })), lane: { left: Math.min(a.x, b.x), right: Math.max(a.x, b.x), y: lane } };
}

/** The point of a cubic curve at `t`. */
function onCurve(xs: readonly number[], ys: readonly number[], t: number): Placed {
  const at = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number => (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
  return { x: at(xs), y: at(ys) };
}

/** Lanes lie between rows; the boxes that count are those of the columns in between. */
function freeLane(a: Placed, b: Placed, boxes: readonly Placed[], lanes: readonly Lane[]): number {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const between = boxes.filter((box) => box.x > left && box.x < right);
  let lane = Math.max(a.y, b.y) + NODE_HEIGHT + (PITCH - NODE_HEIGHT) / 2;
  const taken = lanes.filter((one) => one.left < right && one.right > left);
  while (between.some((box) => lane > box.y - LANE_ROOM && lane < box.y + NODE_HEIGHT + LANE_ROOM) || taken.some((one) => Math.abs(one.y - lane) < PITCH / 8)) lane += PITCH / 8;
  return lane;
}

function inColumn(a: Placed, b: Placed): Route {
  const [top, bottom] = a.y < b.y ? [a, b] : [b, a];
  const x = a.x + 24;
  const y1 = top.y + NODE_HEIGHT, y2 = bottom.y;
  if (y2 - y1 <= PITCH - NODE_HEIGHT + 1) return { path: `M${x} ${y1}V${y2}`, middle: { x, y: (y1 + y2) / 2 }, into: { x, y: y2 }, others: [] };
  // Past other nodes of the column: along its left edge.
  const side = a.x - 12;
  return { path: `M${a.x} ${top.y + NODE_HEIGHT / 2}C${side} ${top.y + NODE_HEIGHT / 2} ${side} ${top.y + NODE_HEIGHT / 2 + 12} ${side} ${top.y + NODE_HEIGHT / 2 + 16}V${bottom.y + NODE_HEIGHT / 2 - 16}C${side} ${bottom.y + NODE_HEIGHT / 2} ${side} ${bottom.y + NODE_HEIGHT / 2} ${a.x} ${bottom.y + NODE_HEIGHT / 2}`, middle: { x: side, y: (y1 + y2) / 2 }, into: { x: a.x, y: bottom.y + NODE_HEIGHT / 2 }, others: [-24, 24].map((off) => ({ x: side, y: (y1 + y2) / 2 + off })) };
}
