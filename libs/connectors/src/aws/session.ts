import { createHash } from 'node:crypto';
import type { PullContext } from '@throughline/connectors/api';
import { parseArn } from './arn.js';
import { callSpec, type CallSpec } from './calls.js';
import { LOADERS, type ClientOptions, type Clients, type Credentials, type ServiceName } from './clients.js';
import type { AwsAccount, AwsConfig } from './config.js';
import { CallFailed, failureCode, failureKind } from './failure.js';

const MAX_ATTEMPTS = 6;
const SESSION_SECONDS = 3600;
const RENEW_MS = 5 * 60_000;
const MAX_KEPT = 500;

export interface SessionOptions {
  /** Told of each call before it is made. */
  readonly onCall?: (call: CallSpec, where: { readonly account: string; readonly region: string }) => void;
  /** Reads an account without a role with whatever credentials the process has: for a command that a user runs, never for a server. */
  readonly ownChain?: boolean;
  /** Attempts of one call, retries of the client included. */
  readonly maxAttempts?: number;
}

/** The account answers to another id than it is configured by. */
export class WrongAccount extends Error {
  override readonly name = 'WrongAccount';
}

/** Neither a role nor credentials: the installation's own identity is never read as if it were a tenant's account. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials';
}

interface KeptCredentials { readonly credentials: Credentials; readonly until: number }

/** Credentials of assumed roles until they lapse, by a hash of all that they depend on: a cache, so that a page does not cost a call of STS. */
const kept = new Map<string, KeptCredentials>();

/** Clients of one account; asks for the role's credentials when the first of them is needed. */
export interface Session {
  readonly account: AwsAccount;
  /** Whom remedies speak of. */
  readonly who: string;
  client<Name extends ServiceName>(name: Name, region: string): Promise<Clients[Name]>;
}

export function openSession(config: AwsConfig, account: AwsAccount, context: PullContext, options: SessionOptions = {}): Session {
  const clients = new Map<string, Promise<unknown>>();
  let credentials: Promise<Credentials | undefined> | undefined;
  const client = <Name extends ServiceName>(name: Name, region: string): Promise<Clients[Name]> => {
    const key = `${name}|${region}`;
    const found = clients.get(key) ?? (async () => {
      credentials ??= credentialsOf(config, account, region, context, options);
      return makeClient(name, { config, account, region, context, options, credentials: await credentials });
    })();
    clients.set(key, found);
    return found as Promise<Clients[Name]>;
  };
  return { account, who: account.roleArn ?? `the credentials of account ${account.id}`, client };
}

interface ClientNeeds {
  readonly config: AwsConfig;
  readonly account: AwsAccount;
  readonly region: string;
  readonly context: PullContext;
  readonly options: SessionOptions;
  readonly credentials: Credentials | undefined;
}

async function makeClient<Name extends ServiceName>(name: Name, needs: ClientNeeds): Promise<Clients[Name]> {
  const { config, account, region, context, options, credentials } = needs;
  const clientOptions: ClientOptions = {
    region, maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS, retryMode: 'adaptive',
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }), ...(credentials && { credentials }),
    requestHandler: { httpAgent: context.agents.http, httpsAgent: context.agents.https, connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  };
  const made = await (LOADERS[name] as (given: ClientOptions) => Promise<Clients[Name]>)(clientOptions);
  const stack = made.middlewareStack as unknown as { add(middleware: Middleware, place: object): void };
  stack.add(guard(name, { account: account.id, region }, context.signal, options), { step: 'initialize', name: 'throughlineCalls', priority: 'high' });
  return made;
}

type Handler = (args: unknown) => Promise<unknown>;
type Middleware = (next: Handler, about: { readonly commandName?: string }) => Handler;

/** Lets only listed calls pass, tells of them, and gives their failures a class. */
function guard(service: ServiceName, where: { readonly account: string; readonly region: string }, signal: AbortSignal, options: SessionOptions): Middleware {
  return (next, { commandName = '' }) => async (args) => {
    const spec = callSpec(service, commandName.replace(/Command$/, ''));
    if (spec === undefined) throw new TypeError(`${service} ${commandName} is on no list of calls`);
    signal.throwIfAborted();
    options.onCall?.(spec, where);
    try {
      return await next(args);
    } catch (error) {
      signal.throwIfAborted();
      throw new CallFailed(spec, failureKind(error), failureCode(error), { cause: error });
    }
  };
}

async function credentialsOf(config: AwsConfig, account: AwsAccount, region: string, context: PullContext, options: SessionOptions): Promise<Credentials | undefined> {
  const given = config.credentials && { ...config.credentials, sessionToken: config.credentials.sessionToken } as Credentials;
  const base = { config, account, region, context, options, credentials: given };
  if (account.roleArn === undefined) {
    if (given === undefined && options.ownChain !== true) throw new NoCredentials(`account ${account.id} has neither a role nor credentials`);
    if (config.endpoint === undefined) await mustBe(account.id, (await (await makeClient('sts', base)).getCallerIdentity({})).Account);
    return given;
  }
  const now = context.clock.now().getTime();
  const key = createHash('sha256').update(JSON.stringify([account.roleArn, config.externalId, given, config.endpoint])).digest('hex');
  const found = kept.get(key);
  if (found !== undefined && found.until > now) return found.credentials;
  mustBe(account.id, parseArn(account.roleArn)?.account);
  const credentials = await assume(base);
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string);
  kept.set(key, { credentials, until: now + SESSION_SECONDS * 1000 - RENEW_MS });
  return credentials;
}

/** The account that credentials belong to: a command that a user runs need not be told. */
export async function accountOfCaller(given: Pick<AwsConfig, 'credentials' | 'endpoint'>, region: string, context: PullContext, options: SessionOptions = {}): Promise<string> {
  const config = { ...given, accounts: [], regions: [region] };
  const sts = await makeClient('sts', { config, account: { id: 'unknown' }, region, context, options, credentials: given.credentials as Credentials | undefined });
  const { Account } = await sts.getCallerIdentity({});
  if (Account === undefined) throw new NoCredentials('the credentials belong to no account');
  return Account;
}

async function assume(base: ClientNeeds): Promise<Credentials> {
  const { account, config } = base;
  const answer = await (await makeClient('sts', base)).assumeRole({
    RoleArn: account.roleArn, RoleSessionName: 'throughline-aws', DurationSeconds: SESSION_SECONDS,
    ...(config.externalId !== undefined && { ExternalId: config.externalId }),
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new NoCredentials(`the role of account ${account.id} gave no credentials`);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(SessionToken !== undefined && { sessionToken: SessionToken }) };
}

/** What one account holds must never be filed under another. */
function mustBe(expected: string, found: string | undefined): void {
  if (found !== expected) throw new WrongAccount(`configured as ${expected}, answers as ${found ?? 'nobody'}`);
}
