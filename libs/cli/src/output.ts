import type { Input } from './command.js';
import type { Io } from './io.js';
import { paintFor, type Paint } from './terminal.js';

/** Prints an answer: as JSON where asked, else as the text that is made for it. */
export function print(io: Io, input: Pick<Input, 'json'>, value: unknown, text: (paint: Paint) => string): void {
  io.stdout.write(input.json ? `${JSON.stringify(value, null, 2)}\n` : text(paintFor(io, io.stdout)));
}
