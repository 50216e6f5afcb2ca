import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What a scripted receiver does with one request. */
export type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object } | 'hang-up';

export interface Recorded { readonly method: string; readonly path: string; readonly body: Record<string, unknown>; readonly headers: IncomingMessage['headers'] }

/** A destination on this machine whose answers a test scripts; it records every request that was read whole. */
export class Receiver {
  readonly requests: Recorded[] = [];
  #server: Server | undefined;
  #port = 0;

  constructor(private answer: (request: Recorded, count: number) => Answer) {}

  script(answer: (request: Recorded, count: number) => Answer): void {
    this.answer = answer;
    this.requests.length = 0;
  }

  get host(): string { return `127.0.0.1:${this.#port}`; }

  start(): Promise<this> {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const recorded: Recorded = { method: request.method ?? '', path: request.url ?? '', body: text ? JSON.parse(text) as Record<string, unknown> : {}, headers: request.headers };
        this.requests.push(recorded);
        const answer = this.answer(recorded, this.requests.length);
        if (answer === 'hang-up') {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        response.end(JSON.stringify(answer.body ?? {}));
      });
    });
    return new Promise((resolve) => {
      this.#server?.listen(0, '127.0.0.1', () => {
        this.#port = (this.#server?.address() as { port: number }).port;
        resolve(this);
      });
    });
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => { this.#server?.close(resolve); });
  }
}
