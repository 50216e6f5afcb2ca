import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { githubWebhook } from './connector.js';

describe('53: signatures', () => {
  const body = Buffer.from('{"zen":"x"}');
  const sign = (algorithm: string, secret: string, bytes = body) => createHmac(algorithm, secret).update(bytes).digest('hex');
  const verify = (headers: Record<string, string>, bytes = body, secret = 's3cret') => githubWebhook.verify({ headers, body: bytes }, secret);
  it('are taken when right', () => expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 's3cret')}` })).toBe(true));
  it('are refused when forged, missing, SHA-1 only, of another body, or without a secret', () => {
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 'other')}` })).toBe(false);
    expect(verify({})).toBe(false);
    expect(verify({ 'x-hub-signature': `sha1=${sign('sha1', 's3cret')}` })).toBe(false);
    expect(verify({ 'x-hub-signature-256': sign('sha256', 's3cret') })).toBe(false);
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', 's3cret')}` }, Buffer.from('{"zen":"y"}'))).toBe(false);
    expect(verify({ 'x-hub-signature-256': `sha256=${sign('sha256', '')}` }, body, '')).toBe(false);
  });
});

describe('identity of a delivery', () => {
  const headers = { 'x-github-delivery': '7d4a7b60-0000-11ee-8000-000000000000', 'x-github-event': 'push' };
  it('23, 54: is the id that GitHub gives it, the same for every repetition', () => {
    for (const body of ['{}', '{"a":1}']) expect(githubWebhook.identify({ headers, body: Buffer.from(body) })).toEqual({ delivery: headers['x-github-delivery'], name: 'push' });
  });
  it('is refused when a header is missing or no plain text', () => {
    expect(typeof githubWebhook.identify({ headers: { 'x-github-event': 'push' }, body: Buffer.alloc(0) })).toBe('string');
    expect(typeof githubWebhook.identify({ headers: { ...headers, 'x-github-event': 'a\nb' }, body: Buffer.alloc(0) })).toBe('string');
  });
});
