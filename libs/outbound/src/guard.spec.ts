import type { lookup as dnsLookup } from 'node:dns';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AddressRefused, createGuard, hostPort, isPublicAddress, isReachableAddress } from './index.js';

describe('56: which addresses may be asked', () => {
  it.each(['127.0.0.1', '169.254.169.254', '10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', 'fe80::1', 'fd00::1', '224.0.0.1', 'nonsense', ''])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each(['8.8.8.8', '140.82.121.4', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => expect([isPublicAddress(address), isReachableAddress(address)]).toEqual([true, true]));
  it.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '::1', 'fd12::1'])('%s is of the own network', (address) => expect(isReachableAddress(address)).toBe(true));
  it.each(['169.254.169.254', '0.0.0.0', '224.0.0.1', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254', '100.64.0.1'])('%s is never one of the own network', (address) => expect(isReachableAddress(address)).toBe(false));

  it.each(['http://127.0.0.1/', 'http://[::1]/', 'http://0x7f.1/', 'http://2130706433/', 'http://[::ffff:7f00:1]/', 'http://localhost:9/', 'http://a.localhost/', 'ftp://example.com/', 'http://user:pass@example.com/', 'no url'])('refuses %s when it is saved', (url) => {
    expect(() => createGuard().check(url)).toThrow(AddressRefused);
  });
  it('excepts by host and port: anything, or what is not link-local', () => {
    const guard = createGuard({ allowedHosts: ['169.254.0.1:80'], privateHosts: ['127.0.0.1:9000', '169.254.169.254:80', '[::1]:9000'] });
    expect(guard.check('http://127.0.0.1:9000/hook').port).toBe('9000');
    expect(guard.check('http://[::1]:9000/').port).toBe('9000');
    expect(guard.check('http://169.254.0.1/').hostname).toBe('169.254.0.1');
    for (const url of ['http://127.0.0.1:9001/hook', 'http://169.254.169.254/']) expect(() => guard.check(url)).toThrow(AddressRefused);
  });
  it('names host and port of a URL', () => expect(['https://a.example/x', 'http://a.example', 'http://a.example:81', 'ftp://a', 'x'].map(hostPort)).toEqual(['a.example:443', 'a.example:80', 'a.example:81', undefined, undefined]));
});

describe('56: at the moment of connecting', () => {
  let server: Server;
  let port = 0;
  let requests = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/` });
      response.end('here');
    });
    await new Promise<void>((resolve) => { server.listen(0, resolve); });
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => { server.closeAllConnections(); server.close(); });

  const byAgent = (host: string, agent: ReturnType<typeof createGuard>['agents']['http']) => new Promise<string>((resolve) => {
    try {
      get({ host, port, path: '/', agent }, (response) => { response.resume(); resolve('answered'); }).on('error', (error) => resolve(error.name));
    } catch (error) {
      resolve((error as Error).name);
    }
  });

  /** As a name server of an attacker: public when it is checked, this machine when it is asked again. */
  const rebinding = () => {
    let asked = 0;
    return ((_name: string, _options: object, callback: (error: null, addresses: object) => void) => {
      asked += 1;
      callback(null, [{ address: asked === 1 ? '127.0.0.1' : '93.184.215.14', family: 4 }]);
    }) as unknown as typeof dnsLookup;
  };
  const toHere = ((_name: string, _options: object, callback: (error: null, addresses: object) => void) => callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof dnsLookup;

  it('a name that resolves to this machine is refused, and no request leaves', async () => {
    const guard = createGuard({ lookup: toHere });
    const before = requests;
    for (const lookup of [toHere, rebinding()]) await expect(createGuard({ lookup }).fetch(`http://evil.example:${port}/`)).rejects.toBeInstanceOf(AddressRefused);
    expect([await byAgent('evil.example', guard.agents.http), await byAgent('127.0.0.1', guard.agents.http), await byAgent('::1', guard.agents.http)]).toEqual(['AddressRefused', 'AddressRefused', 'AddressRefused']);
    expect(requests).toBe(before);
    await guard.close();
  });

  it('an exception holds for its host and port, and follows no redirect', async () => {
    const guard = createGuard({ privateHosts: [`127.0.0.1:${port}`, `peer.example:${port}`], lookup: toHere });
    expect(await (await guard.fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
    expect((await guard.fetch(`http://peer.example:${port}/away`)).status).toBe(302);
    expect([await byAgent('127.0.0.1', guard.agents.http), await byAgent('peer.example', guard.agents.http), await byAgent('other.example', guard.agents.http)]).toEqual(['answered', 'answered', 'AddressRefused']);
    await guard.close();
  });

  it('what the network does is told as it is', async () => {
    const guard = createGuard({ allowedHosts: ['127.0.0.1:1'] });
    await expect(guard.fetch('http://127.0.0.1:1/')).rejects.toThrow('fetch failed');
    await guard.close();
  });
});
