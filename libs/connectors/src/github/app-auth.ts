import { createHash, createPrivateKey, sign } from 'node:crypto';
import { objectOf, textOf, type JsonObject } from '@throughline/connectors/api';

/** Longest life of an App's own token is ten minutes; the start lies back, since clocks differ (GitHub's advice). */
const LIFE_SECONDS = 9 * 60;
const BACK_SECONDS = 60;
/** A token of an installation is renewed this long before it ends (it lives an hour). */
const MARGIN_MS = 5 * 60_000;
const MAX_TOKENS = 1000;

export interface InstallationToken { readonly token: string; readonly expiresAt: number; readonly permissions: JsonObject }
export interface AppIdentity { readonly baseUrl: string; readonly appId: string; readonly privateKey: string }

/** JWT by which an App speaks for itself (RS256; PKCS#1 and PKCS#8 keys). Throws when the key is none. */
export function appToken({ appId, privateKey }: Pick<AppIdentity, 'appId' | 'privateKey'>, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - BACK_SECONDS, exp: seconds + LIFE_SECONDS, iss: appId })}`;
  // Keys are often pasted with their line breaks written out.
  const key = createPrivateKey(privateKey.replaceAll('\\n', '\n'));
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/**
 * Tokens of installations, kept until they end. @octokit/auth-app is not used here: it keeps tokens and requests under way
 * by the installation's number alone, whoever's App asks and wherever, so one tenant could be given another's token.
 * Here the key holds the address, the App and its private key too.
 */
export class InstallationTokens {
  readonly #tokens = new Map<string, InstallationToken>();

  async get(app: AppIdentity, installation: number, now: Date, ask: () => Promise<unknown>): Promise<InstallationToken> {
    const key = createHash('sha256').update(JSON.stringify([app.baseUrl, app.appId, app.privateKey, installation])).digest('hex');
    const known = this.#tokens.get(key);
    if (known !== undefined && known.expiresAt - MARGIN_MS > now.getTime()) return known;
    const given = objectOf(await ask());
    const expiresAt = Date.parse(textOf(given['expires_at']));
    const fresh = { token: textOf(given['token'], 2000), expiresAt: Number.isNaN(expiresAt) ? now.getTime() : expiresAt, permissions: objectOf(given['permissions']) };
    this.#tokens.delete(key);
    this.#tokens.set(key, fresh);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_TOKENS) break;
      this.#tokens.delete(oldest);
    }
    return fresh;
  }

  /** Forgets a token that was refused before its time. */
  forget(token: string): void {
    for (const [key, kept] of this.#tokens) if (kept.token === token) this.#tokens.delete(key);
  }
}
