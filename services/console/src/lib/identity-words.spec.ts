import { describe, expect, it } from '@jest/globals';
import type { ScanChange, SeenObservation, Why } from '../api/identity-types.js';
import { CHANGE_KINDS, grouped, ruleWords, snippetsOf, sureness, whyWords } from './identity-words.js';

const join = (over: Partial<Why> = {}): Why => ({ rule: 'same key: alias', recipe: 'package/1', fields: ['package', 'advisory'], confidence: 1, at: '', by: '', evidence: '', scan: null, ...over });
const seen = (tool: string, snippet: string, present = true): SeenObservation => ({ tool, present, location: { path: 'a.js', snippet } }) as SeenObservation;

describe('why an observation is a finding', () => {
  it.each([
    [join({ evidence: 'CVE-2021-23337' }), 'Same package and advisory (CVE-2021-23337)', 'certain · package/1 · agreed: package, advisory'],
    [join({ rule: 'edited', recipe: 'drift/1', fields: ['path', 'startLine'], confidence: 0.82 }), 'The flagged code was edited in place', 'likely (0.82) · drift/1 · agreed: path, line'],
    [join({ rule: 'merged by a person', recipe: 'operator/1', fields: [], by: 'ada', evidence: 'one query' }), 'Merged by a person: “one query”', ''],
    [join({ rule: 'brand-new-rule', recipe: 'x/9', fields: [], confidence: 0.6 }), 'Brand new rule', 'possible (0.60) · x/9'],
  ])('%#', (given, text, detail) => expect(whyWords(given)).toEqual({ text, detail }));

  it('without a kept reason, the first one began the finding', () => {
    expect(whyWords(join(), true)).toEqual({ text: 'The finding began with it', detail: 'package/1 · known by package, advisory' });
    expect([whyWords(null, true).text, whyWords(null).text]).toEqual(['The finding began with it', expect.stringMatching(/fingerprint/)]);
  });

  it('never says certain of what is not', () => {
    expect([1, 0.99, 0.9, 0.8, 0.6].map(sureness)).toEqual(['certain', 'almost certain', 'almost certain', 'likely', 'possible']);
    expect(ruleWords('same-line')).toMatch(/same line/);
  });
});

it('code is compared when two tools show some, each once, the present ones first', () => {
  expect(snippetsOf([seen('a', 'x'), seen('a', 'y')])).toEqual([]);
  expect(snippetsOf([seen('a', 'x', false), seen('b', 'x'), seen('b', 'x'), seen('c', '')]).map((one) => one.tool)).toEqual(['b', 'a']);
});

it('every row of a scan stands under its kind, and no kind is lost', () => {
  const items = CHANGE_KINDS.map(({ kind }) => ({ kind }) as ScanChange);
  expect(grouped([...items].reverse()).flatMap((group) => group.items)).toEqual(items);
});
