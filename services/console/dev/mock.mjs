// A stand-in for the platform: serves dist with the gateway's headers, and /v1 with made-up data. The token names the world:
// `none` (nothing yet), `few` (one team's week), `many` (a million findings). For development, screenshots and browser specs; never shipped.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer } from './mock-api.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function serveFile(path, response) {
  const wanted = join(dist, normalize(path));
  const file = wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  createReadStream(file).pipe(response);
}

export function startMock(port = 0, delay = 0) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (!url.pathname.startsWith('/v1/')) return serveFile(url.pathname, response);
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const [status, body] = request.method === 'POST' && url.pathname === '/v1/scans' ? [202, { id: '01930000-0000-7000-8000-000000000900', status: 'queued' }] : answer(token, url, request.method);
    request.resume();
    setTimeout(() => {
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', 'x-request-id': '4bf92f3577b34da6' });
      response.end(JSON.stringify(body));
    }, delay);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock(Number(process.env.PORT ?? 4180), Number(process.env.DELAY ?? 0));
  console.log(`Mock on ${url}; sign in with few, many or none (${url}/#token=few)`);
}
