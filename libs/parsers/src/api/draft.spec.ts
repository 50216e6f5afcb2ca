import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testContext } from './conformance-io.js';
import type { ParseTally } from './contract.js';
import { DraftSealer, draftBytes, MAX_DRAFT_BYTES, type DraftInput } from './draft.js';

const tally = (): ParseTally => ({ droppedKeys: 0, strippedNuls: 0, cutFields: 0, redacted: 0 });

/** A draft with this text wherever a text can stand. */
function everywhere(text: string, count = 60): DraftInput {
  const many = Array.from({ length: count }, (_, index) => `${index} ${text}`);
  return {
    class: 'sast', title: text, description: text, remediation: text, severity: { original: text, normalized: 'high', rule: 'x' }, rule: { tool: 'tool', id: text, name: text, helpUri: text },
    identifiers: many, weaknesses: ['CWE-79'], references: many, detectedAt: '', attributes: Object.fromEntries(many.map((value, index) => [`attribute-${index}`, value])),
    location: { path: text, snippet: text, symbol: text, url: text, parameter: text, resource: text, method: text, startLine: 1 },
    component: { purl: text, name: text, version: text, filePath: text, fixedVersions: many, dependencyPath: many, layer: text, ecosystem: text },
    codeFlow: many.map((value) => ({ path: value, line: 1, message: value })), fingerprints: Object.fromEntries(many.map((value, index) => [`fingerprint-${index}`, value])),
    suppressions: many.map((value) => ({ kind: value, status: value, justification: value })), cvss: many.map((value) => ({ version: '3.1', vector: value, score: 1, source: 'x' })),
  };
}

describe('a sealed draft', () => {
  it('FAULTS 46: is at most 32 KiB, however large the result is', () => fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 3000 }), (unit, times) => {
    const counter = tally();
    const draft = new DraftSealer(testContext, counter).seal(everywhere(unit.repeat(times)), 0);
    expect(draftBytes(draft)).toBeLessThanOrEqual(MAX_DRAFT_BYTES);
    if (unit.trim().length * times > 6000) expect(counter.cutFields).toBeGreaterThan(0);
    expect(JSON.stringify(draft).isWellFormed()).toBe(true);
  }), { numRuns: 40 }));

  it.each(['a'.repeat(100_000) + '!', 'eyJ'.repeat(33_000), 'password='.repeat(11_000), '-----BEGIN '.repeat(9_000), '\u0000'.repeat(100_000), '<'.repeat(100_000), '../'.repeat(33_000), '%41'.repeat(33_000)])(
    'FAULTS 51: takes at most 50 ms with a hostile text in every field', (text) => {
      const sealer = new DraftSealer(testContext, tally());
      const times = Array.from({ length: 3 }, () => {
        const began = performance.now();
        sealer.seal(everywhere(text, 5), 0);
        return performance.now() - began;
      });
      expect(Math.min(...times)).toBeLessThan(50);
    },
  );

  it('FAULTS 52: shows a secret in none of its fields', () => {
    const secret = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
    const text = JSON.stringify(new DraftSealer(testContext, tally()).seal(everywhere(`x ${secret} y`, 3), 0));
    expect(text.includes(secret)).toBe(false);
    expect(text).toContain('[REDACTED:github-token:');
  });

  it('keeps the identity of a secret as a keyed hash, and takes its value out of every field', () => {
    const draft = new DraftSealer(testContext, tally()).seal({ ...everywhere('see: plain value 42', 2), class: 'secrets', secret: { type: 'plain', value: 'plain value 42' } }, 0);
    expect(draft.secret).toEqual({ type: 'plain', ...testContext.hashSecret('plain value 42') });
    expect(JSON.stringify(draft).includes('plain value 42')).toBe(false);
  });
});
