import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ministack, moto } from './aws-peers.js';
import { callOf, partitionOf, send, type AwsCall, type AwsAnswer } from './aws-call.js';
import { createTaskOverlay } from './aws-tasks.js';
import type { Peer } from './python-peer.js';

/** One AWS endpoint made of both peers, each answering where it is right, with what neither has laid over. */
export interface AwsFront extends Peer {
  /** Every call so far; clear it as you like. */
  readonly calls: AwsCall[];
  /** Asked in turn before a call goes to a peer; the first answer is given instead. For throttling, refusals, half pages. */
  readonly faults: ((call: AwsCall) => AwsAnswer | undefined)[];
  /** Accounts whose role may not be assumed any more. */
  readonly revoked: Set<string>;
}

export interface AwsFrontOptions {
  /** AssumeRole without it is refused, as a trust policy would. */
  readonly externalId?: string;
  /** Digest that a task reports for what it pulled; absent: the digest that the tag or reference had at that moment. */
  readonly pulled?: (image: string, digest: string) => string;
}

/** Of moto, whatever else MiniStack has too: it keeps what MiniStack drops (weights, NACLs, interfaces). */
const MOTO = new Set(['ec2', 'elasticloadbalancing', 'wafv2', 'organizations']);

/**
 * Starts the front with both peers behind it; undefined (reason printed) where they cannot be had. What it adds, since
 * real AWS has it and a peer lacks it: trust of AssumeRole by external id; accounts of assumed sessions at moto;
 * `containers[].imageDigest` and the network interface of tasks; registration of tasks as targets; the partition aws-cn.
 */
export const awsFront = async (options: AwsFrontOptions = {}): Promise<AwsFront | undefined> => {
  const [small, wide] = await Promise.all([ministack(), moto()]);
  if (small === undefined || wide === undefined) return undefined;
  const sessions = new Map<string, string>();
  const state = { calls: [] as AwsCall[], faults: [] as AwsFront['faults'], revoked: new Set<string>() };
  const toPeer = (call: AwsCall): Promise<AwsAnswer> => (MOTO.has(call.service) ? toMoto(wide.url, call) : toMinistack(small.url, call));
  const tasks = createTaskOverlay(toPeer, options.pulled ?? ((_image, digest) => digest));
  const answer = async (call: AwsCall): Promise<AwsAnswer> => {
    state.calls.push(call);
    const fault = state.faults.map((ask) => ask(call)).find((given) => given !== undefined);
    if (fault) return fault;
    if (call.service === 'sts' && call.action === 'AssumeRole') return assumeRole(call, await toPeer(call), { ...options, sessions, revoked: state.revoked });
    return tasks(call, await toPeer(call));
  };
  const server = await listen(async (request) => answer(callOf(request, await buffer(request), sessions)));
  const { port } = server.address() as AddressInfo;
  return { ...state, url: `http://127.0.0.1:${port}`, stop: async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([small.stop(), wide.stop()]);
  } };
};

const listen = async (answer: (request: IncomingMessage) => Promise<AwsAnswer>): Promise<Server> => {
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = await answer(request).catch((error: unknown): AwsAnswer => ({ status: 502, headers: { 'content-type': 'text/plain' }, body: Buffer.from(String(error)) }));
    response.writeHead(given.status, { ...given.headers, 'content-length': String(given.headers['content-length'] ?? given.body.length) });
    response.end(request.method === 'HEAD' ? undefined : given.body);
  };
  const server = createServer((request, response) => void reply(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** moto knows partitions, but not in the ARN of every kind of thing. */
const toMoto = async (url: string, call: AwsCall): Promise<AwsAnswer> =>
  inPartition(call, await send(url, { ...call, body: withoutUnknownFilters(call), headers: { ...call.headers, 'x-moto-account-id': call.account } }));

const inPartition = (call: AwsCall, answer: AwsAnswer): AwsAnswer => {
  if (partitionOf(call.region) === 'aws' || call.path.startsWith('/v2/')) return answer;
  const text = answer.body.toString('utf8').replaceAll('arn:aws:', 'arn:aws-cn:').replaceAll(/(\.dkr\.ecr\.cn-[a-z]+-\d\.amazonaws\.com)(?!\.cn)/g, '$1.cn');
  return { ...answer, body: Buffer.from(text) };
};

/** moto answers 500 to this filter. Without it more interfaces come than AWS would give, all of them right. */
const withoutUnknownFilters = ({ action, body }: AwsCall): Buffer => {
  if (action !== 'DescribeNetworkInterfaces') return body;
  const form = new URLSearchParams(body.toString('utf8'));
  const unknown = [...form].filter(([, value]) => value === 'association.public-ip').map(([key]) => key.replace(/Name$/, ''));
  return Buffer.from(new URLSearchParams([...form].filter(([key]) => !unknown.some((prefix) => key.startsWith(prefix)))).toString());
};

/** MiniStack takes a 12-digit access key as its account, and knows the partition `aws` only. */
const toMinistack = async (url: string, call: AwsCall): Promise<AwsAnswer> => {
  const headers = { ...call.headers };
  if (headers['authorization'] !== undefined) headers['authorization'] = headers['authorization'].replace(/Credential=[^/]+/, `Credential=${call.account}`);
  if (headers['host'] !== undefined) headers['host'] = headers['host'].replace('.amazonaws.com.cn', '.amazonaws.com');
  const foreign = partitionOf(call.region) !== 'aws' && !call.path.startsWith('/v2/');
  const body = foreign ? Buffer.from(call.body.toString('utf8').replaceAll('arn:aws-cn:', 'arn:aws:')) : call.body;
  return inPartition(call, await send(url, { ...call, headers, body }));
};

interface Trust { readonly externalId?: string; readonly sessions: Map<string, string>; readonly revoked: ReadonlySet<string> }

/** Both peers trust everybody; a role trusts who gives the external id. */
const assumeRole = (call: AwsCall, answer: AwsAnswer, trust: Trust): AwsAnswer => {
  const form = new URLSearchParams(call.body.toString('utf8'));
  const role = form.get('RoleArn') ?? '';
  const account = role.split(':')[4] ?? '';
  if (trust.revoked.has(account) || (trust.externalId !== undefined && form.get('ExternalId') !== trust.externalId)) return denied(role);
  const key = /<AccessKeyId>([^<]+)</.exec(answer.body.toString('utf8'))?.[1];
  if (key !== undefined) trust.sessions.set(key, account);
  return answer;
};

const denied = (role: string): AwsAnswer => ({
  status: 403, headers: { 'content-type': 'text/xml' },
  body: Buffer.from(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform: sts:AssumeRole on resource: ${role}</Message></Error><RequestId>0</RequestId></ErrorResponse>`),
});
