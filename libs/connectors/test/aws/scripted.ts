import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An operation that was called, with its parameters as far as JSON or forms carry them. */
export interface Asked { readonly operation: string; readonly parameters: Readonly<Record<string, unknown>>; readonly credentials: string }
export type Answer = { readonly status?: number; readonly json?: object; readonly xml?: string };

export interface Scripted {
  readonly url: string;
  readonly asked: Asked[];
  stop(): Promise<void>;
}

/** An endpoint of AWS that answers as the test says: for throttling, half pages, refusals and numbers that no peer holds. */
export async function scripted(answer: (asked: Asked) => Answer | undefined): Promise<Scripted> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const call = await callOf(request);
      asked.push(call);
      const { status = 200, json, xml } = answer(call) ?? { status: 200, json: {} };
      response.writeHead(status, { 'content-type': xml === undefined ? 'application/x-amz-json-1.1' : 'text/xml' }).end(xml ?? JSON.stringify(json ?? {}));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function callOf(request: IncomingMessage): Promise<Asked> {
  const text = (await buffer(request)).toString('utf8');
  const credentials = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return { operation: target.slice(target.lastIndexOf('.') + 1), parameters: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>, credentials };
  if ((request.headers['content-type'] ?? '').includes('json')) return { operation: `${request.method ?? ''} ${request.url ?? ''}`, parameters: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>, credentials };
  const form = Object.fromEntries(new URLSearchParams(text));
  return { operation: form['Action'] ?? `${request.method ?? ''} ${request.url ?? ''}`, parameters: form, credentials };
}

const ROOT = '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>';
/** An answer of the query protocol. */
export const query = (operation: string, body: string): Answer => ({ xml: `<${operation}Response xmlns="http://aws/"><${operation}Result>${body}</${operation}Result>${ROOT}</${operation}Response>` });
export const queryError = (code: string, status = 400): Answer => ({ status, xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>` });
export const ec2Error = (code: string, status = 400): Answer => ({ status, xml: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>` });
export const jsonError = (type: string, status = 400): Answer => ({ status, json: { __type: type, message: 'no' } });
