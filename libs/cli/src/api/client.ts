import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { accessOf, isLoopback, type Access } from '../config.js';
import type { Input } from '../command.js';
import { CliError, EXIT, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';

const ATTEMPTS = 4;
const READ_BYTES = 256 * 1024;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

type Body = NonNullable<RequestInit['body']>;

export type Query = Readonly<Record<string, string | number | undefined>>;

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt: a stream can be read once. */
  readonly body?: () => Body;
}

/**
 * The platform's HTTP interface. A call that may be repeated safely is, after a pause, when the platform is busy or the
 * connection broke; every other failure is a CliError that says what to do.
 */
export class Api {
  readonly #access: Access;

  constructor(private readonly io: Io, input: Pick<Input, 'url'>) {
    this.#access = accessOf(io.variables, input.url);
    const { url } = this.#access;
    if (url.protocol === 'http:' && !isLoopback(url)) io.stderr.write(`warning: ${url.origin} is not encrypted; the token can be read on the way.\n`);
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#json<T>({ method: 'GET', path, query });
  }

  /** Every POST that the program makes is idempotent on the platform's side: facts, records and gates may be sent twice. */
  post<T>(path: string, value: unknown): Promise<T> {
    const text = JSON.stringify(value);
    return this.#json<T>({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: () => text });
  }

  /** Streams a file; it is never whole in memory. */
  upload<T>(path: string, query: Query, file: { readonly path: string; readonly gzip: boolean; readonly idempotencyKey: string }): Promise<T> {
    const headers = { 'content-type': 'application/octet-stream', 'idempotency-key': file.idempotencyKey, ...(file.gzip && { 'content-encoding': 'gzip' }) };
    const body = (): Body => {
      const bytes = createReadStream(file.path, { highWaterMark: READ_BYTES });
      // `pipeline` hands an error of the file on to the compressor, which ends the request with it.
      return Readable.toWeb(file.gzip ? pipeline(bytes, createGzip(), () => undefined) : bytes) as Body;
    };
    return this.#json<T>({ method: 'POST', path, query, headers, body });
  }

  async #json<T>(call: Call): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#once(call);
      if (answer instanceof Response && answer.ok) return await bodyOf(answer) as T;
      const mayPass = !(answer instanceof Response) || [429, 502, 503, 504].includes(answer.status);
      if (!mayPass || attempt >= ATTEMPTS) throw answer instanceof Response ? await refusal(answer) : this.#unreachable(answer);
      const pause = answer instanceof Response ? pauseOf(answer, attempt, this.io.clock.now()) : FIRST_PAUSE_MS * 2 ** (attempt - 1);
      if (answer instanceof Response) await answer.body?.cancel();
      await this.io.sleep(pause);
    }
  }

  /** The answer, or why there is none. */
  async #once({ method, path, query = {}, headers = {}, body }: Call): Promise<Response | Error> {
    const url = new URL(path.replace(/^\//, ''), this.#access.url.href.replace(/\/*$/, '/'));
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    const sent = body?.();
    try {
      // A body that might have to follow a redirect is kept whole by `fetch`, however large (Node's teeing of request
      // bodies): refusing redirects is what makes an upload a stream. Nothing that we POST to redirects.
      return await fetch(url, { method, headers: { accept: 'application/json', authorization: `Bearer ${this.#access.token}`, ...headers }, ...(sent !== undefined && { body: sent, duplex: 'half', redirect: 'error' }) } as RequestInit);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #unreachable(error: Error): CliError {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    return new CliError(EXIT.unavailable, `${this.#access.url.origin} was not reached: ${cause || 'no connection'}.`, 'Is the platform running, and does THROUGHLINE_URL name it?');
  }
}

/** Seconds or a date, as RFC 9110 has it; bounded, since a mistaken header must not hang a build. */
function pauseOf(answer: Response, attempt: number, now: Date): number {
  const given = answer.headers.get('retry-after') ?? '';
  const asked = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - now.getTime();
  return Math.min(LONGEST_PAUSE_MS, Number.isNaN(asked) || asked < 0 ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : asked);
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new CliError(EXIT.unavailable, `The answer of ${new URL(answer.url).origin} is not JSON.`, 'Does THROUGHLINE_URL name the platform itself, and not a page in front of it?');
  }
}

const MEANING: Readonly<Record<number, readonly [ExitCode, string]>> = {
  400: [EXIT.usage, ''],
  401: [EXIT.usage, 'THROUGHLINE_TOKEN is missing, revoked or has lapsed; ask an admin for a new one.'],
  403: [EXIT.usage, 'The role of this token may not do this; ask an admin for one that may.'],
  404: [EXIT.refused, ''],
  409: [EXIT.refused, ''],
  413: [EXIT.refused, 'Send it compressed (--gzip), or raise MAX_UPLOAD_BYTES of the platform.'],
  422: [EXIT.refused, 'The file is cut off, malformed or hostile; look at how it was written.'],
};

/** The platform's own words (RFC 9457), with what to do. */
async function refusal(answer: Response): Promise<CliError> {
  const problem = await answer.json().catch(() => ({})) as { readonly title?: string; readonly detail?: string; readonly code?: string };
  const [exitCode, remedy] = MEANING[answer.status] ?? [answer.status >= 500 || answer.status === 429 ? EXIT.unavailable : EXIT.refused, ''];
  const said = problem.detail ?? problem.title ?? `${answer.status} ${answer.statusText}`;
  return new CliError(exitCode, said, remedy || (exitCode === EXIT.unavailable ? 'Try again in a while.' : ''), { status: answer.status, ...problem });
}
