import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { Agent, buildConnector, fetch as undiciFetch, type RequestInfo, type RequestInit as UndiciInit } from 'undici';
import { isPublicAddress, isReachableAddress } from './address.js';

/** Why a request was not made. The code is stable; the message names the host and no more. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'address_refused';
}

export interface GuardOptions {
  /** `host:port` pairs that may be anywhere: the installation's own configuration. */
  readonly allowedHosts?: Iterable<string>;
  /** `host:port` pairs that may be on loopback or in a private network, but not link-local. */
  readonly privateHosts?: Iterable<string>;
  /** Time for a request that brings no signal of its own; null: none. */
  readonly timeoutMs?: number | null;
  /** What resolves names; a test's own. */
  readonly lookup?: typeof dnsLookup;
}

export interface Guard {
  /** Throws AddressRefused for a URL that may never be asked. A name is judged again when it is connected to. */
  check(url: string): URL;
  /** Like fetch; redirects are not followed. Throws AddressRefused, else what the network did. */
  readonly fetch: typeof globalThis.fetch;
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  close(): Promise<void>;
}

type Judge = (address: string) => boolean;
/** Judge and lookup of a connection, by its host and port. */
type Rule = (host: string, port: string) => { readonly judge: Judge; readonly lookup: typeof dnsLookup };

const CONNECT_MS = 5_000;

/** A way out for addresses that somebody else chose (FAULTS 56). */
export function createGuard({ allowedHosts = [], privateHosts = [], timeoutMs = 10_000, lookup = dnsLookup }: GuardOptions = {}): Guard {
  const allowed = new Set(allowedHosts);
  const own = new Set(privateHosts);
  const ruleOf: Rule = (host, port) => {
    const pair = `${host}:${port}`;
    const judge: Judge = allowed.has(pair) ? () => true : own.has(pair) ? isReachableAddress : isPublicAddress;
    return { judge, lookup: guardedLookup(judge, lookup) };
  };
  const check = (url: string): URL => checked(url, ruleOf);
  const agent = undiciAgent(ruleOf);
  const agents = { http: new GuardedHttp(ruleOf), https: new GuardedHttps(ruleOf) };
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    check(input instanceof Request ? input.url : String(input));
    const signal = init?.signal ?? (timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs));
    try {
      // undici's own fetch: the one built into Node takes agents of its own version only. The two have the same shapes.
      return await undiciFetch(input as unknown as RequestInfo, { ...init, redirect: 'manual', signal, dispatcher: agent } as unknown as UndiciInit) as unknown as Response;
    } catch (error) {
      const refused = refusalIn(error);
      throw refused ?? error;
    }
  };
  return {
    check, fetch, agents,
    async close() {
      agents.http.destroy();
      agents.https.destroy();
      await agent.close();
    },
  };
}

/** `host:port` of a URL as exceptions name it; undefined for what is no http URL. */
export function hostPort(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined || !/^https?:$/.test(parsed.protocol) ? undefined : `${parsed.hostname}:${portOf(parsed)}`;
}

const portOf = ({ port, protocol }: Pick<URL, 'port' | 'protocol'>): string => port || (protocol === 'https:' ? '443' : '80');
const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

function checked(url: string, ruleOf: Rule): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) throw new AddressRefused('the URL must be http or https');
  if (parsed.username || parsed.password) throw new AddressRefused('the URL must not hold credentials');
  const host = bare(parsed.hostname);
  // A name can only be judged where it is known what it means; these two mean this machine everywhere.
  const known = isIP(host) ? host : host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : undefined;
  if (known !== undefined && !ruleOf(parsed.hostname, portOf(parsed)).judge(known)) throw new AddressRefused(`${host} is not a public address; the installation's ALLOWED_HOSTS may except it`);
  return parsed;
}

function undiciAgent(ruleOf: Rule): Agent {
  return new Agent({
    connect: (options, callback) => {
      const { judge, lookup } = ruleOf(options.hostname, options.port || (options.protocol === 'https:' ? '443' : '80'));
      const host = bare(options.hostname);
      if (isIP(host) && !judge(host)) callback(new AddressRefused(`${host} is not a public address`), null);
      else buildConnector({ timeout: CONNECT_MS, lookup })(options, callback);
    },
  });
}

interface ConnectOptions { host?: string | null | undefined; port?: number | string | null | undefined; lookup?: unknown }

/** Judges a connection of node:http before it is made; the name is judged by the lookup that it connects with. */
function guard(options: ConnectOptions, ruleOf: Rule, port: string): void {
  const host = bare(options.host ?? 'localhost');
  const { judge, lookup } = ruleOf(isIP(host) === 6 ? `[${host}]` : host, String(options.port ?? port));
  if (isIP(host) && !judge(host)) throw new AddressRefused(`${host} is not a public address`);
  options.lookup = lookup;
}

class GuardedHttp extends HttpAgent {
  constructor(private readonly ruleOf: Rule) {
    super({ keepAlive: true });
  }

  override createConnection(options: ClientRequestArgs, callback?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    guard(options, this.ruleOf, '80');
    return super.createConnection(options, callback);
  }
}

class GuardedHttps extends HttpsAgent {
  constructor(private readonly ruleOf: Rule) {
    super({ keepAlive: true });
  }

  override createConnection(options: RequestOptions, callback?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    guard(options, this.ruleOf, '443');
    return super.createConnection(options, callback);
  }
}

/** Resolves, then refuses when any answer is not to be had: the connection goes to what was checked. */
function guardedLookup(judge: Judge, lookup: typeof dnsLookup): typeof dnsLookup {
  return ((hostname: string, options: object, callback: (error: Error | null, addresses?: unknown, family?: number) => void) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error);
      if (addresses.some(({ address }) => !judge(address))) return callback(new AddressRefused(`${hostname} resolves to an address that is not public`));
      const [first] = addresses;
      if ('all' in options && options.all === true) return callback(null, addresses);
      return first ? callback(null, first.address, first.family) : callback(new AddressRefused(`${hostname} has no address`));
    });
  }) as typeof dnsLookup;
}

/** fetch wraps what its connection threw. */
function refusalIn(error: unknown): AddressRefused | undefined {
  for (let current = error, depth = 0; depth < 5 && current instanceof Error; current = current.cause, depth += 1) if (current instanceof AddressRefused) return current;
  return undefined;
}
