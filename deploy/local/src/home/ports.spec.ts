import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { choosePorts, isPortFree } from './ports.js';

const servers: Server[] = [];
const occupy = (): Promise<number> => new Promise((resolve) => {
  const server = createServer();
  servers.push(server);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(address && typeof address === 'object' ? address.port : 0);
  });
});
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => { server.close(resolve); }))));

describe('choosePorts', () => {
  it('gives each name another free port', async () => {
    const ports = await choosePorts(['a', 'b', 'c', 'd']);
    expect(new Set(Object.values(ports)).size).toBe(4);
    expect(await Promise.all(Object.values(ports).map(isPortFree))).toEqual([true, true, true, true]);
  });

  it('keeps the ports of the last start that are still free, and replaces one that is taken', async () => {
    const before = await choosePorts(['a', 'b']);
    const taken = await occupy();
    const after = await choosePorts(['a', 'b'], { a: before.a ?? 0, b: taken });
    expect(after.a).toBe(before.a);
    expect(after.b).not.toBe(taken);
  });

  it('never gives a reserved port or one port twice', async () => {
    const { a = 0 } = await choosePorts(['a']);
    const ports = await choosePorts(['x', 'y'], { x: a, y: a }, [a]);
    expect(Object.values(ports)).not.toContain(a);
    const twice = await choosePorts(['x', 'y'], { x: a, y: a });
    expect(twice.x).not.toBe(twice.y);
  });
});

describe('isPortFree', () => {
  it('sees a listener', async () => {
    expect(await isPortFree(await occupy())).toBe(false);
  });
});
