import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';

const MAX_BODY = 1_000_000;
const MAX_AGE_SECONDS = 300;

/**
 * A small receiver of ticket webhooks, as a team would write one: checks signature and age, knows a repeated event by its
 * id, keeps what came in a file, and lists the tickets at GET /. It runs beside the sample world on this machine only.
 */
export function startReceiver(options: { readonly port: number; readonly secret: string; readonly file: string }): Promise<Server> {
  const seen = new Set(readEvents(options.file).map((event) => event.id));
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') return answer(200, { events: readEvents(options.file) });
    readBody(request).then((body) => {
      if (!isSigned(String(request.headers['throughline-signature'] ?? ''), body, options.secret)) return answer(401, { error: 'wrong signature' });
      const event = JSON.parse(body) as ReceivedEvent;
      if (!seen.has(event.id)) {
        seen.add(event.id);
        appendFileSync(options.file, `${JSON.stringify(event)}\n`);
      }
      answer(200, { key: `ACME-${Number.parseInt(String(event.subject).replaceAll('-', '').slice(0, 6), 16) % 10_000}`, url: `http://127.0.0.1:${options.port}/#${event.subject}` });
    }, () => answer(400, { error: 'not readable' }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve(server.unref()));
  });
}

export interface ReceivedEvent { readonly id: string; readonly type: string; readonly subject: string; readonly data: { readonly title: string; readonly marker: string } }

function readEvents(file: string): readonly ReceivedEvent[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as ReceivedEvent);
  } catch {
    return [];
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MAX_BODY) throw new RangeError('too large');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function isSigned(header: string, body: string, secret: string): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header);
  if (!match || Math.abs(Date.now() / 1000 - Number(match[1])) > MAX_AGE_SECONDS) return false;
  const expected = createHmac('sha256', secret).update(`${match[1]}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2] ?? '', 'hex'));
}
