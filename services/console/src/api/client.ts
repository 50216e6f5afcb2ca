/** A problem+json answer (RFC 9457), or a network failure with status 0. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly traceId: string) {
    super(detail);
    this.name = 'ApiError';
  }
}

const TOKEN_KEY = 'throughline.token';

/** The API token lives as long as the tab: sessionStorage, never localStorage, never a cookie. */
export const session = {
  token: (): string => sessionStorage.getItem(TOKEN_KEY) ?? '',
  open: (token: string): void => sessionStorage.setItem(TOKEN_KEY, token.trim()),
  close: (): void => sessionStorage.removeItem(TOKEN_KEY),
};

type Query = Readonly<Record<string, string | number | readonly string[] | undefined | null>>;

export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Called when the platform says the token is no longer good; the router sets it. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal, token = session.token()): Promise<T> {
  const answer = await send(`/v1${path}${queryString(query)}`, { headers: headersOf(token), signal: signal ?? null });
  if (answer.ok) return await answer.json() as T;
  const error = await problemOf(answer);
  if (answer.status === 401 && token === session.token()) onSignedOut();
  throw error;
}

/** Changes something. An answer without a body is `undefined`. */
export async function change<T>(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const token = session.token();
  const answer = await send(`/v1${path}`, { method, headers: { ...headersOf(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, body: body === undefined ? null : JSON.stringify(body) });
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json().catch(() => undefined)) as T;
  const error = await problemOf(answer);
  if (answer.status === 401) onSignedOut();
  throw error;
}

function headersOf(token: string): Record<string, string> {
  return { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'omit' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The platform does not answer.', '');
  }
}

async function problemOf(answer: Response): Promise<ApiError> {
  const traceId = answer.headers.get('x-request-id') ?? answer.headers.get('traceparent')?.split('-')[1] ?? '';
  try {
    const body = await answer.json() as { code?: string; detail?: string; title?: string; traceId?: string };
    return new ApiError(answer.status, body.code ?? String(answer.status), body.detail ?? body.title ?? answer.statusText, body.traceId ?? traceId);
  } catch {
    return new ApiError(answer.status, String(answer.status), answer.statusText || `HTTP ${answer.status}`, traceId);
  }
}
