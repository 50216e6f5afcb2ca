import { lookup as dnsLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch, type RequestInfo, type RequestInit as UndiciInit } from 'undici';
import { DestinationError } from './destination.js';
import { isPublicAddress } from './address.js';

/**
 * Makes requests to addresses that a tenant chose: only http(s), only public addresses, checked on the very address the
 * socket connects to (so that DNS rebinding gains nothing), no redirects (FAULTS 56). `allowedHosts` are `host:port`
 * pairs that the installation itself excepts, e.g. a local receiver.
 */
export class SafeHttp {
  readonly #agent: Agent;
  readonly #open: Agent;

  constructor(private readonly allowedHosts: ReadonlySet<string>, private readonly timeoutMs = 10_000) {
    const connect = buildConnector({ timeout: 5_000, lookup: guardedLookup });
    this.#agent = new Agent({ connect: (options, callback) => {
      if (isIP(options.hostname) && !isPublicAddress(options.hostname)) callback(new Error('the address is not public'), null);
      else connect(options, callback);
    } });
    this.#open = new Agent({ connectTimeout: 5_000 });
  }

  /** Throws DestinationError('rejected') for a URL that may never be asked. */
  check(url: string): URL {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) throw new DestinationError('rejected', 'the URL must be http or https');
    if (parsed.username || parsed.password) throw new DestinationError('rejected', 'the URL must not hold credentials');
    const host = parsed.hostname.replace(/^\[|\]$/g, '');
    if (!this.#isExcepted(parsed) && ((isIP(host) && !isPublicAddress(host)) || host === 'localhost' || host.endsWith('.localhost'))) {
      throw new DestinationError('rejected', `${host} is not a public address; the installation's ALLOWED_HOSTS may except it`);
    }
    return parsed;
  }

  /** Like fetch, within the guard; network faults become DestinationError('retry'). */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = this.check(input instanceof Request ? input.url : String(input));
    try {
      // undici's own fetch: the one built into Node takes agents of its own version only. The two have the same shapes.
      const options = { ...init, redirect: 'manual', signal: init.signal ?? AbortSignal.timeout(this.timeoutMs), dispatcher: this.#isExcepted(url) ? this.#open : this.#agent };
      return await undiciFetch(input as unknown as RequestInfo, options as unknown as UndiciInit) as unknown as Response;
    } catch (error) {
      throw new DestinationError('retry', `${url.host} did not answer`, undefined, { cause: error });
    }
  };

  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), this.#open.close()]);
  }

  #isExcepted(url: URL): boolean {
    return this.allowedHosts.has(url.port ? url.host : `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}`);
  }
}

/** Resolves, then refuses when any answer is not public: the connection goes to what was checked. */
const guardedLookup: typeof dnsLookup = ((hostname: string, options: object, callback: (error: Error | null, addresses?: unknown, family?: number) => void) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error);
    if (addresses.some(({ address }) => !isPublicAddress(address))) return callback(new Error(`${hostname} resolves to an address that is not public`));
    const [first] = addresses;
    if ('all' in options && options.all === true) return callback(null, addresses);
    return first ? callback(null, first.address, first.family) : callback(new Error(`${hostname} has no address`));
  });
}) as typeof dnsLookup;
