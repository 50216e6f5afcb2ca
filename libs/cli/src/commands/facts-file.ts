import { usage } from '../errors.js';

/** One body of POST /v1/observations/assets. */
export interface FactsRequest { readonly source: string; readonly facts: readonly unknown[]; readonly snapshot?: { readonly scope: string; readonly complete: boolean; readonly part?: number; readonly parts?: number }; readonly sequence?: number }

/** What `collect` writes: bodies of requests, in the order in which they are to be sent, and what could not be read. */
export interface FactsFile {
  readonly format: 'throughline-facts/1';
  readonly collectedAt: string;
  readonly requests: readonly FactsRequest[];
  readonly gaps: readonly { readonly scope: string; readonly code: string; readonly reason: string; readonly remedy: string }[];
}

/** Requests of a facts file; a single request is taken as well. Pure; the platform checks each fact itself. */
export function readRequests(file: string, text: string): readonly FactsRequest[] {
  const value = parsed(text);
  const requests = Array.isArray(value) ? value : isRecord(value) && Array.isArray(value['requests']) ? value['requests'] : [value];
  if (requests.length > 0 && requests.every(isRequest)) return requests;
  throw usage(`${file} holds no facts.`, 'It is written by throughline collect, or is a body of POST /v1/observations/assets: {"source": …, "facts": […]}.');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRequest = (value: unknown): value is FactsRequest => isRecord(value) && typeof value['source'] === 'string' && Array.isArray(value['facts']);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
