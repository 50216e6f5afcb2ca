import { describe, expect, it } from '@jest/globals';
import { SafeHttp } from './safe-fetch.js';

describe('56: destinations within the guard of outbound', () => {
  it('a refused address is a rejected destination', () => {
    expect(() => new SafeHttp(new Set()).check('http://127.0.0.1/')).toThrow(expect.objectContaining({ name: 'DestinationError', kind: 'rejected' }));
  });
  it('excepts what the installation allows, by host and port', () => {
    const http = new SafeHttp(new Set(['127.0.0.1:9000']));
    expect(http.check('http://127.0.0.1:9000/hook').port).toBe('9000');
    expect(() => http.check('http://127.0.0.1:9001/hook')).toThrow();
  });
  it('a server that does not answer is to be tried again', async () => {
    const http = new SafeHttp(new Set(['127.0.0.1:1']), 2000);
    await expect(http.fetch('http://127.0.0.1:1/')).rejects.toMatchObject({ name: 'DestinationError', kind: 'retry' });
    await http.close();
  });
});
