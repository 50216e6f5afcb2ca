import type { Io, Sink } from './io.js';

/** Colours of a sink: functions that do nothing where there is no terminal, or where NO_COLOR asks for none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

const code = (on: number, off: number) => (text: string): string => `\u001b[${on}m${text}\u001b[${off}m`;
const same = (text: string): string => text;

export const PLAIN: Paint = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };
const COLOURED: Paint = { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), yellow: code(33, 39), green: code(32, 39), cyan: code(36, 39) };

/** https://no-color.org: any value that is not empty. */
export function paintFor(io: Io, sink: Sink): Paint {
  return sink.isTTY && (io.variables['NO_COLOR'] ?? '') === '' && io.variables['TERM'] !== 'dumb' ? COLOURED : PLAIN;
}

/**
 * Text of others for a terminal: titles and paths come out of reports, and a report can hold escape sequences or marks
 * that turn the direction of writing.
 */
export const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '�').replace(/[\t\n]+/g, ' ');

export const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`);

/** Progress on one line of a terminal; silent elsewhere. */
export function progress(sink: Sink): { show(text: string): void; clear(): void } {
  if (!sink.isTTY) return { show: () => undefined, clear: () => undefined };
  const clear = (): void => sink.write('\r\u001b[2K');
  return { show: (text) => { clear(); sink.write(cut(text, Math.max(20, sink.columns - 1))); }, clear };
}
