import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testingConfig } from './config.js';

/** A running Throughline, with the sample world, for end-to-end and browser specs. */
export interface TestPlatform {
  readonly gatewayUrl: string;
  /** The admin's API token. */
  readonly token: string;
  readonly home: string;
  readonly endpoints: {
    readonly gateway: string;
    readonly services: Readonly<Record<string, string>>;
    readonly pids: Readonly<Record<string, number>>;
  };
  /** `fetch` on a path of the gateway, signed in as the admin. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The platform that `npm test` started, else the one running on THROUGHLINE_HOME (or `.throughline/`). Throws with the remedy when there is none. */
export const platform = async (): Promise<TestPlatform> => {
  const { platformHome: home } = testingConfig();
  const file = join(home, 'endpoints.json');
  if (!existsSync(file)) throw new Error(`No platform runs on ${home}: start one with \`npm start\`, or run \`npm test\`.`);
  const endpoints = JSON.parse(readFileSync(file, 'utf8')) as TestPlatform['endpoints'];
  const token = readFileSync(join(home, 'admin-token'), 'utf8').trim();
  const signedIn = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    return fetch(new URL(path, endpoints.gateway), { ...init, headers });
  };
  const health = await fetch(`${endpoints.gateway}/healthz`).catch((error: unknown) => { throw new Error(`The platform of ${home} does not answer: is it still running?`, { cause: error }); });
  await health.arrayBuffer();
  return { gatewayUrl: endpoints.gateway, token, home, endpoints, fetch: signedIn };
};
