import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonValidator } from './json-validator.js';
import { UploadRefused } from './refusal.js';

function verdict(bytes: Uint8Array, cuts: readonly number[] = [], lines = false): string {
  const validator = jsonValidator({ lines });
  try {
    let from = 0;
    for (const cut of [...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
      validator.write(bytes.subarray(from, cut));
      from = cut;
    }
    validator.end();
    return 'ok';
  } catch (error) {
    if (!(error instanceof UploadRefused)) throw error;
    return `${error.refusal.code} ${error.refusal.position}`;
  }
}

const parses = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return !JSON.stringify(value, (_k, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? 'INF' : v)).includes('"INF"');
  } catch {
    return false;
  }
};

const documents = fc.oneof(fc.json({ maxDepth: 5 }), fc.jsonValue({ maxDepth: 4 }).map((v) => JSON.stringify(v, null, 2)));

describe('JSON validator', () => {
  it('agrees with JSON.parse on documents and all their prefixes', () => {
    fc.assert(fc.property(documents, (text) => {
      for (let length = 0; length <= Math.min(text.length, 400); length += 1) {
        const prefix = text.slice(0, length);
        if (prefix.isWellFormed()) expect([prefix, verdict(Buffer.from(prefix)) === 'ok']).toEqual([prefix, parses(prefix)]);
      }
      expect(verdict(Buffer.from(text))).toBe('ok');
    }), { numRuns: 150 });
  });

  it('agrees with JSON.parse on mutated documents', () => {
    const noise = fc.constantFrom(...'{}[]",:0123456789.eE+-truefalsn\\u \n\t/x\u0001');
    fc.assert(fc.property(documents, fc.nat(), noise, fc.boolean(), (text, at, char, replace) => {
      const index = at % (text.length + 1);
      const mutated = text.slice(0, index) + char + text.slice(replace ? index + 1 : index);
      fc.pre(mutated.isWellFormed());
      expect([mutated, verdict(Buffer.from(mutated)) === 'ok']).toEqual([mutated, parses(mutated)]);
    }), { numRuns: 3000 });
  });

  it('does not depend on where chunks are cut', () => {
    const noise = fc.constantFrom(...'{}[]",:0.eE-tn\\ \n');
    fc.assert(fc.property(documents, fc.nat(), noise, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (text, at, char, cuts, lines) => {
      const index = at % (text.length + 1);
      const bytes = Buffer.from(text.slice(0, index) + char + text.slice(index));
      expect(verdict(bytes, cuts, lines)).toBe(verdict(bytes, [], lines));
    }), { numRuns: 1000 });
  });

  it('takes byte by byte what it takes at once', () => {
    const bytes = Buffer.from('{"a":[1,-2.5e-3,true,false,null,"\\u00e9\\n\\"ü"],"b":{}}');
    expect(verdict(bytes, Array.from(bytes.keys()))).toBe('ok');
  });

  it('reads JSON lines only when asked, and only with line ends', () => {
    expect(verdict(Buffer.from('{"a":1}\n{"b":2}\n'), [], true)).toBe('ok');
    expect(verdict(Buffer.from('1\r\n2'), [], true)).toBe('ok');
    expect(verdict(Buffer.from('{"a":1}\n{"b":2}'))).toBe('json_malformed byte 8');
    expect(verdict(Buffer.from('{"a":1}{"b":2}'), [], true)).toBe('json_malformed byte 7');
    expect(verdict(Buffer.from('{"a":1}\n{"b":'), [], true)).toBe('truncated byte 13');
  });

  it('42: JSON nested 100k is refused at level 65', () => {
    expect(verdict(Buffer.from('['.repeat(100_000)))).toBe('depth_limit byte 64');
    expect(verdict(Buffer.from(`${'['.repeat(64)}${']'.repeat(64)}`))).toBe('ok');
    expect(verdict(Buffer.from('{"a":'.repeat(65)))).toBe('depth_limit byte 320');
  });

  it('44: JSON cut off at 90 % is told as truncated with its length', () => {
    const whole = Buffer.from(JSON.stringify({ runs: [{ results: Array.from({ length: 50 }, (_, i) => ({ ruleId: `r${i}` })) }] }));
    const cut = whole.subarray(0, Math.floor(whole.length * 0.9));
    expect(verdict(cut)).toBe(`truncated byte ${cut.length}`);
  });

  it('47: numbers beyond a double are refused, long ids are not numbers to it', () => {
    expect(verdict(Buffer.from('{"a":1e400}'))).toMatch(/^number_range/);
    expect(verdict(Buffer.from('[-1e400]'))).toMatch(/^number_range/);
    expect(verdict(Buffer.from('1e400'))).toMatch(/^number_range/);
    expect(verdict(Buffer.from('[9007199254740993,-0,1e-400]'))).toBe('ok');
    expect(verdict(Buffer.from(`[${'9'.repeat(600)}]`))).toMatch(/^number_range/);
  });

  it('tells an empty file apart', () => {
    expect(verdict(Buffer.from(' \n '))).toBe('empty_report byte 0');
  });

  it('passes at least 100 MB/s of report-like JSON', () => {
    const result = JSON.stringify({ ruleId: 'js/sql-injection', level: 'error', message: { text: 'This query depends on a user-provided value. '.repeat(6) }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/routes/orders.ts' }, region: { startLine: 120, startColumn: 7 } } }] });
    const chunk = Buffer.from(Array.from({ length: 128 }, () => result).join(','));
    const run = (chunks: number): number => {
      const validator = jsonValidator();
      const before = performance.now();
      validator.write(Buffer.from('['));
      for (let i = 0; i < chunks; i += 1) {
        if (i > 0) validator.write(Buffer.from(','));
        validator.write(chunk);
      }
      validator.write(Buffer.from(']'));
      validator.end();
      return (chunks * chunk.length) / 1e6 / ((performance.now() - before) / 1000);
    };
    run(100);
    const rate = Math.max(run(600), run(600));
    process.stderr.write(`JSON validator: ${Math.round(rate)} MB/s\n`);
    // The bar for a busy machine; the figure itself is printed.
    expect(rate).toBeGreaterThan(50);
  });
});
