import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { zipOf } from '../../test/zip-of.js';
import { UploadRefused } from '../domain/refusal.js';
import { DEFAULT_LIMITS } from './limits.js';
import { readReport } from './read-report.js';

const report = Buffer.from(JSON.stringify({ runs: [{ results: Array.from({ length: 500 }, (_, i) => ({ ruleId: `rule-${i}` })) }] }));

describe('one pass over an upload', () => {
  let spoolDir = '';
  beforeAll(async () => { spoolDir = await mkdtemp(join(tmpdir(), 'spool-')); });
  afterAll(() => rm(spoolDir, { recursive: true, force: true }));
  afterEach(async () => expect(await readdir(spoolDir)).toEqual([]));
  let pulled = 0;
  beforeEach(() => { pulled = 0; });

  async function read(bytes: Buffer, options: { transportGzip?: boolean; maxBytes?: number; chunk?: number } = {}): Promise<{ bytes: Buffer; kind?: string } | string> {
    const kept: Uint8Array[] = [];
    const chunk = options.chunk ?? 16_384;
    const source = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += chunk) {
        pulled += 1;
        yield bytes.subarray(at, at + chunk);
      }
    };
    const reading = readReport(source(), { limits: { ...DEFAULT_LIMITS, ...(options.maxBytes !== undefined && { maxBytes: options.maxBytes }) }, spoolDir, transportGzip: options.transportGzip ?? false });
    try {
      for (;;) {
        const step = await reading.next();
        if (step.done === true) return { bytes: Buffer.concat(kept), kind: step.value.kind };
        kept.push(Uint8Array.from(step.value));
      }
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      return `${error.status} ${error.refusal.code}`;
    }
  }

  it('takes plain, gzip as a file, gzip in transport, both, and zip', async () => {
    for (const chunk of [7, 100_000]) {
      expect(await read(report, { chunk })).toEqual({ bytes: report, kind: 'json' });
      expect(await read(gzipSync(report), { chunk })).toEqual({ bytes: report, kind: 'json' });
      expect(await read(gzipSync(report), { chunk, transportGzip: true })).toEqual({ bytes: report, kind: 'json' });
      expect(await read(gzipSync(gzipSync(report)), { chunk, transportGzip: true })).toEqual({ bytes: report, kind: 'json' });
      expect(await read(zipOf([{ name: 'out/', body: Buffer.alloc(0) }, { name: 'out/report.sarif', body: report }, { name: '__MACOSX/x', body: report }]), { chunk })).toEqual({ bytes: report, kind: 'json' });
    }
  });

  it('40: ends above the limit without pulling the rest', async () => {
    expect(await read(report, { maxBytes: 1000, chunk: 100 })).toBe('413 too_large');
    expect(pulled).toBeLessThanOrEqual(11);
  });

  it('41: a gzip bomb is stopped by its ratio', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('"'), Buffer.alloc(42 * 1024 * 1024, 'a')]));
    const before = performance.now();
    expect(await read(bomb)).toBe('422 archive_limit');
    expect(await read(bomb, { transportGzip: true })).toBe('422 archive_limit');
    expect(await read(gzipSync(bomb), { transportGzip: true })).toBe('422 archive_limit');
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('41: a zip bomb is stopped by ratio, total, entries and nesting', async () => {
    expect(await read(zipOf([{ name: 'a', body: Buffer.concat([Buffer.from('['), Buffer.alloc(20 * 1024 * 1024, ' ')]) }]))).toBe('422 archive_limit');
    expect(await read(zipOf([{ name: 'a', body: report }]), { maxBytes: 5000 })).toBe('422 archive_limit');
    expect(await read(zipOf(Array.from({ length: 1001 }, (_, i) => ({ name: `e${i}`, body: Buffer.from('1') }))))).toBe('422 archive_limit');
    expect(await read(zipOf([{ name: 'a.zip', body: zipOf([{ name: 'b', body: report }]) }]))).toBe('422 archive_limit');
    expect(await read(gzipSync(zipOf([{ name: 'b', body: report }])))).toBe('422 archive_limit');
  });

  it('refuses archives with several reports, a password, or broken bytes', async () => {
    expect(await read(zipOf([{ name: 'a', body: report }, { name: 'b', body: report }]))).toBe('422 archive_several_reports');
    expect(await read(zipOf([{ name: 'a', body: report, flag: 1 }]))).toBe('422 archive_encrypted');
    const zip = zipOf([{ name: 'a', body: report }]);
    expect(await read(zip.subarray(0, zip.length - 10))).toBe('422 archive_malformed');
    const broken = Buffer.from(zip);
    broken.fill(0xff, 60, 90);
    expect(await read(broken)).toMatch(/^422 /);
    expect(await read(gzipSync(report).subarray(0, -20))).toBe('422 truncated');
    expect(await read(Buffer.from('{"plain":true}'), { transportGzip: true })).toBe('422 archive_malformed');
    expect(await read(zipOf([]))).toBe('422 empty_report');
  });

  it('48: names in an archive are never paths', async () => {
    for (const name of ['../../etc/passwd', 'C:\\evil.json', '/etc/passwd', 'file:///x']) {
      expect(await read(zipOf([{ name, body: report }]))).toEqual({ bytes: report, kind: 'json' });
    }
  });

  it('44: a cut inside an archive is told like any other', async () => {
    expect(await read(gzipSync(report.subarray(0, report.length - 100)))).toBe('422 truncated');
  });
});
