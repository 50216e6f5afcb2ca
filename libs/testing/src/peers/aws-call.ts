import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** One call of AWS's API, or of a registry under /v2/, as it came. */
export interface AwsCall {
  /** Name in the credential scope: `ecs`, `ecr`, `elasticloadbalancing`, …; `registry` for /v2/. */
  readonly service: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const SCOPE = /Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;
const REGISTRY_HOST = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'accept-encoding', 'expect']);

/** `aws-cn` for regions of China, else `aws`. */
export const partitionOf = (region: string): 'aws' | 'aws-cn' => (region.startsWith('cn-') ? 'aws-cn' : 'aws');

/** Reads whose account is called by what: a 12-digit access key, or a session that was assumed. */
export const callOf = (request: IncomingMessage, body: Buffer, sessions: ReadonlyMap<string, string>): AwsCall => {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.has(name)).map(([name, value]) => [name, String(value)]));
  const [, key = '', scopeRegion = '', scopeService = ''] = SCOPE.exec(headers['authorization'] ?? '') ?? [];
  const path = request.url ?? '/';
  const common = { method: request.method ?? 'GET', path, headers, body };
  if (path.startsWith('/v2/')) {
    const [, account = '', region = ''] = REGISTRY_HOST.exec(headers['host'] ?? '') ?? [];
    return { ...common, service: 'registry', action: `${common.method} ${path.split('?')[0] ?? ''}`, account, region };
  }
  const account = sessions.get(key) ?? (/^\d{12}$/.test(key) ? key : '000000000000');
  return { ...common, service: scopeService, action: actionOf(headers, path, common.method, body), account, region: scopeRegion };
};

const actionOf = (headers: Readonly<Record<string, string>>, path: string, method: string, body: Buffer): string => {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1);
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return (isForm ? new URLSearchParams(body.toString('utf8')).get('Action') : null) ?? `${method} ${path.split('?')[0] ?? ''}`;
};

/** Sends the call on. `fetch` is of no use here, as it does not let the host header be set. */
export const send = async (url: string, call: Pick<AwsCall, 'method' | 'path' | 'headers' | 'body'>): Promise<AwsAnswer> => {
  const { hostname, port } = new URL(url);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ hostname, port, method: call.method, path: call.path, headers: { ...call.headers, 'content-length': String(call.body.length) } }, resolve);
    request.once('error', reject);
    request.end(call.body);
  });
  const body = await buffer(answer);
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name) || (call.method === 'HEAD' && name === 'content-length')));
  return { status: answer.statusCode ?? 502, headers, body };
};

/** A call of our own in the account and region of another, through which the overlay asks the peers. */
export const ownCall = (like: Pick<AwsCall, 'account' | 'region'>, service: string, action: string, parameters: Readonly<Record<string, unknown>>): AwsCall => {
  const json = TARGETS[service];
  const authorization = `AWS4-HMAC-SHA256 Credential=${like.account}/20260101/${like.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const common = { service, action, account: like.account, region: like.region, method: 'POST', path: '/' };
  if (json !== undefined) return { ...common, headers: { authorization, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${json}.${action}` }, body: Buffer.from(JSON.stringify(parameters)) };
  const version = service === 'ec2' ? '2016-11-15' : '2015-12-01';
  const form = new URLSearchParams({ Action: action, Version: version, ...Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])) });
  return { ...common, headers: { authorization, host: `${service}.${like.region}.amazonaws.com`, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: Buffer.from(form.toString()) };
};

const TARGETS: Readonly<Record<string, string>> = { ecs: 'AmazonEC2ContainerServiceV20141113', ecr: 'AmazonEC2ContainerRegistry_V20150921' };
