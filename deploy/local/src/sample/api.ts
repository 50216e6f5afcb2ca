import { setTimeout as sleep } from 'node:timers/promises';

/** A small client of the platform's own API: what a script of a user would do. */
export interface Api {
  request<T = unknown>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
}

const ATTEMPTS = 20;

/** Waits out 429 and 503 as the platform asks for; any other refusal is an error that says what was refused and why. */
export function createApi(gatewayUrl: string, token: string): Api {
  return {
    async request<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
      const raw = body instanceof Uint8Array || typeof body === 'string';
      for (let attempt = 1; ; attempt++) {
        const answer = await fetch(new URL(path, gatewayUrl), {
          method, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && !raw && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: raw ? body as string : JSON.stringify(body) }),
        });
        if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
        if ((answer.status !== 503 && answer.status !== 429) || attempt === ATTEMPTS) throw new Error(`${method} ${path} was answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
        await sleep(Math.min(5, Number(answer.headers.get('retry-after') ?? 1)) * 1000);
      }
    },
  };
}
