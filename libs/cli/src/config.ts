import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usage } from './errors.js';
import type { Variables } from './io.js';

const LOCAL = 'http://127.0.0.1:8080';

/** The process's environment; the rest of the program is given it. */
export const environment = (): Variables => process.env;

export interface Access { readonly url: URL; readonly token: string }

/**
 * Where the platform is and with which token to speak to it. On this machine the token of the platform's own home is used
 * when none is given; it is never sent anywhere else.
 */
export function accessOf(variables: Variables, given: string | undefined): Access {
  const text = given ?? (variables['THROUGHLINE_URL'] || LOCAL);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw usage(`“${text}” is no address of a platform.`, 'Set THROUGHLINE_URL to something like https://throughline.example.');
  const token = (variables['THROUGHLINE_TOKEN'] ?? '').trim() || (isLoopback(url) ? localToken(variables) : '');
  if (token === '') throw usage('There is no API token.', 'Set THROUGHLINE_TOKEN; an admin makes one with POST /v1/tokens, and `npm start` prints the first.');
  return { url, token };
}

export const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);

function localToken(variables: Variables): string {
  try {
    return readFileSync(join(resolve(variables['THROUGHLINE_HOME'] || '.throughline'), 'admin-token'), 'utf8').trim();
  } catch {
    return '';
  }
}
