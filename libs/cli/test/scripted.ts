import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Executed, Io } from '../src/io.js';

export interface Seen { readonly method: string; readonly path: string; readonly query: Readonly<Record<string, string>>; readonly headers: IncomingMessage['headers']; readonly body: string }
export interface Reply { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }

/** A platform that answers from a script and remembers what it was asked. A real server: headers and streams are part of what is tested. */
export async function scriptedServer(answer: (seen: Seen, index: number) => Reply | 'hang up'): Promise<{ readonly url: string; readonly seen: Seen[]; close(): Promise<void> }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://scripted');
    const one: Seen = { method: request.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body: Buffer.concat(parts).toString('latin1') };
    seen.push(one);
    const reply = answer(one, seen.length - 1);
    if (reply === 'hang up') return void request.socket.destroy();
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}

export interface TestIo extends Io { readonly out: () => string; readonly err: () => string; readonly slept: number[]; readonly executed: string[] }

export interface Around { readonly variables?: Readonly<Record<string, string>>; readonly stdin?: string; readonly terminal?: boolean; readonly execute?: (command: string) => Executed }

/** Sinks that remember, a clock that a sleep moves, no terminal unless asked. */
export function testIo(around: Around = {}): TestIo {
  const [out, err, slept, executed]: [string[], string[], number[], string[]] = [[], [], [], []];
  let now = Date.parse('2026-03-01T12:00:00Z');
  const sink = (into: string[]) => ({ write: (text: string) => void into.push(text), isTTY: around.terminal ?? false, columns: 120 });
  async function* given(): AsyncGenerator<string> { yield around.stdin ?? ''; }
  return {
    variables: { THROUGHLINE_TOKEN: 'tl_test', ...around.variables }, stdout: sink(out), stderr: sink(err), stdin: Object.assign(given(), { isTTY: around.terminal ?? false }),
    clock: { now: () => new Date(now) }, sleep: async (ms) => { slept.push(ms); now += ms; }, slept, executed, out: () => out.join(''), err: () => err.join(''),
    execute: async (program, args) => {
      const command = [program, ...args].join(' ');
      executed.push(command);
      return around.execute?.(command) ?? { code: 127, stdout: '', stderr: 'not found' };
    },
  };
}
