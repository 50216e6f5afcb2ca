import { describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './address.js';
import { SafeHttp } from './safe-fetch.js';

describe('FAULTS 56: which addresses may be asked', () => {
  it.each(['127.0.0.1', '169.254.169.254', '10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', 'fe80::1', 'fd00::1', '224.0.0.1', 'nonsense', ''])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each(['8.8.8.8', '140.82.121.4', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each(['http://127.0.0.1/', 'http://[::1]/', 'http://0x7f.1/', 'http://2130706433/', 'http://[::ffff:7f00:1]/', 'http://localhost:9/', 'ftp://example.com/', 'http://user:pass@example.com/', 'no url'])('refuses %s when it is saved', (url) => {
    expect(() => new SafeHttp(new Set()).check(url)).toThrow();
  });
  it('excepts what the installation allows, by host and port', () => {
    const http = new SafeHttp(new Set(['127.0.0.1:9000']));
    expect(http.check('http://127.0.0.1:9000/hook').port).toBe('9000');
    expect(() => http.check('http://127.0.0.1:9001/hook')).toThrow();
  });
  it('refuses a name that resolves to this machine when it connects', async () => {
    const http = new SafeHttp(new Set(), 2000);
    await expect(http.fetch('http://localhost.:1/')).rejects.toMatchObject({ name: 'DestinationError' });
    await http.close();
  });
});
