import type { Layout } from './layout.js';
import type { Placed } from './route.js';

/** What the arrow keys meet: boxes (nodes, stacks, gaps) and the lines between them. */
interface Stop extends Placed { readonly id: string }

export type WalkKey = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';
export const WALK_KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End']);

const boxesOf = (picture: Layout): readonly Stop[] => [
  ...picture.nodes.map(({ node, x, y }) => ({ id: node.urn, x, y })), ...picture.stacks.map(({ id, x, y }) => ({ id, x, y })), ...picture.gaps.map(({ id, x, y }) => ({ id, x, y })),
].sort((a, b) => a.x - b.x || a.y - b.y);

/** Where the keyboard starts: the subject, else the first box. */
export function startOf(picture: Layout, subject: string): string | undefined {
  return picture.nodes.find(({ node }) => node.members.some((one) => one.urn === subject))?.node.urn ?? boxesOf(picture)[0]?.id;
}

/** One step: from a box along its line to the next box, or up and down in a column; from a line to its siblings above and below. */
export function step(picture: Layout, at: string, key: WalkKey): string | undefined {
  const line = picture.edges.find((edge) => edge.id === at);
  return line ? fromLine(picture, line.id, key) : fromBox(picture, at, key);
}

function fromLine(picture: Layout, id: string, key: WalkKey): string | undefined {
  const line = picture.edges.find((edge) => edge.id === id);
  if (!line) return undefined;
  if (key === 'ArrowRight') return line.to;
  if (key === 'ArrowLeft') return line.from;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return fromBox(picture, line.from, key);
  const beside = picture.edges.filter((edge) => edge.from === line.from || edge.to === line.to).sort((a, b) => a.middle.y - b.middle.y || a.into.y - b.into.y);
  return beside[beside.findIndex((edge) => edge.id === id) + (key === 'ArrowDown' ? 1 : -1)]?.id;
}

function fromBox(picture: Layout, id: string, key: WalkKey): string | undefined {
  const boxes = boxesOf(picture);
  const box = boxes.find((one) => one.id === id);
  if (!box) return boxes[0]?.id;
  const column = boxes.filter((one) => one.x === box.x);
  const index = column.findIndex((one) => one.id === id);
  switch (key) {
    case 'ArrowUp': return column[index - 1]?.id;
    case 'ArrowDown': return column[index + 1]?.id;
    case 'Home': return boxes[0]?.id;
    case 'End': return boxes.at(-1)?.id;
    default: return lineOf(picture, id, key === 'ArrowRight') ?? nearest(boxes, box, key === 'ArrowRight' ? 1 : -1);
  }
}

function lineOf(picture: Layout, id: string, forward: boolean): string | undefined {
  return picture.edges.filter((edge) => (forward ? edge.from : edge.to) === id).sort((a, b) => a.middle.y - b.middle.y)[0]?.id;
}

/** Without a line the next column is crossed to its nearest box: a gap is reached like any other. */
function nearest(boxes: readonly Stop[], from: Stop, direction: 1 | -1): string | undefined {
  const beyond = boxes.filter((one) => (one.x - from.x) * direction > 0);
  const x = direction > 0 ? Math.min(...beyond.map((one) => one.x)) : Math.max(...beyond.map((one) => one.x));
  return beyond.filter((one) => one.x === x).sort((a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y))[0]?.id;
}
