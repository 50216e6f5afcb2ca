import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readFixtures } from './api/conformance-io.js';
import { CONFIDENT, detectFormat, parserOf } from './detect.js';
import { PARSERS } from './registry.generated.js';

const here = dirname(fileURLToPath(import.meta.url));

describe('the registry of parsers', () => {
  it('is what generate.mjs makes of the folders', async () => {
    const { registrySource } = await import('../generate.mjs' as string) as { registrySource: () => string };
    expect(readFileSync(join(here, 'registry.generated.ts'), 'utf8')).toBe(registrySource());
    expect(PARSERS.map((parser) => parser.id)).toEqual(readdirSync(join(here, 'tools')).sort());
  });

  it('finds a parser by its id, whatever its case', () => {
    expect(parserOf(' SARIF ')?.id).toBe('sarif');
    expect(parserOf('nothing')).toBeUndefined();
  });
});

describe('detection', () => {
  const cases = PARSERS.flatMap((parser) => readFixtures(join(here, 'tools', parser.id)).all.map((fixture) => [`${parser.id}/${fixture.name}`, parser.id, fixture] as const));

  it.each(cases)('%s is known, whatever it is called, and no other parser is confident of it', (_name, id, fixture) => {
    const head = fixture.bytes.subarray(0, 64 * 1024);
    const found = detectFormat(head, fixture.name);
    expect(found.kind === 'detected' ? found.detection.parser.id : found.kind).toBe(id);
    if (fixture.bytes.length > 10) {
      const renamed = detectFormat(Buffer.from(head), 'upload.bin');
      expect(renamed.kind === 'detected' ? renamed.detection.parser.id : renamed.kind).toBe(id);
    }
    for (const other of PARSERS) if (other.id !== id) expect(other.detect(head, fixture.name)).toBeLessThan(CONFIDENT);
  });

  it.each([['null', 'report.json'], ['[]', 'report.json'], ['', ''], ['{}', 'x.sarif'], ['<html><body>not a report</body></html>', 'zap.xml'], ['{"runs": 3}', 'x'], ['id,severity\n1,high', 'x.csv'], ['{"results":[]}', 'checkov.json']])('does not guess at %j called %s', (text, name) => {
    expect(detectFormat(Buffer.from(text), name).kind).toBe('unknown');
  });
});
