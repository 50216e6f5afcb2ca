import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { View } from '../near/view.js';
import { correlate, familiesOf, signatureOf, type CorrelationAnswer, type CorrelationQuestion, type Neighbour } from './index.js';
import { view } from '../../../test/correlation-views.js';

const RULES: readonly Partial<View>[] = [
  { tool: 'bandit', rule: 'B307', ruleName: 'blacklist' }, { tool: 'semgrep', rule: 'a.eval-detected' }, { tool: 'semgrep', rule: 'a.user-eval' }, { tool: 'codeql', rule: 'py/code-injection', weaknesses: ['CWE-94', 'CWE-95'] },
  { tool: 'bandit', rule: 'B608', ruleName: 'sql' }, { tool: 'semgrep', rule: 'a.tainted-sql-string' }, { tool: 'x', rule: 'X1', weaknesses: ['CWE-95', 'CWE-89'] }, { tool: 'x', rule: 'X2', weaknesses: ['CWE-20'] },
  { class: 'secrets', tool: 'gitleaks', rule: 'generic' }, { class: 'secrets', tool: 'detect-secrets', rule: 'Secret Keyword' }, { tool: 'bandit', rule: 'B105', ruleName: 'password' },
];
const CODE = ['', 'q = a + b', 'db.execute(q)', 'eval(q)', 'x = eval(a) + eval(b)', 'call(a,'];

const one = fc.record({
  rule: fc.constantFrom(...RULES), path: fc.constantFrom('a.py', 'b.py'), line: fc.integer({ min: 0, max: 8 }), lines: fc.constantFrom(0, 0, 0, 2, 9), from: fc.constantFrom(0, 1, 5, 9), to: fc.constantFrom(6, 10, 14),
  snippet: fc.constantFrom(...CODE), secret: fc.constantFrom('', '', 'h1', 'h2'), version: fc.constantFrom('', 'c1', 'c1', 'c2'), findingId: fc.constantFrom('', '', '', 'f1', 'f2', 'f3'), split: fc.boolean(),
});

const questions = fc.array(one, { maxLength: 14 }).map((drawn): CorrelationQuestion => {
  const views = drawn.map(({ rule, line, lines, from, to, findingId, split, secret, ...rest }, index) => ({
    split, findingId,
    view: view({ ...rest, ...rule, id: `v${index}`, startLine: line, endLine: line + lines, startColumn: from, endColumn: from === 0 ? 0 : to, secret: rule.class === 'secrets' ? secret : '' }),
  }));
  const neighbours = views.filter((item) => item.findingId !== '').map((item): Neighbour => ({ ...item.view, findingId: item.findingId, apart: item.split ? ['semgrep|a.user-eval'] : [] }));
  return { fresh: views.filter((item) => item.findingId === '').map((item) => item.view), neighbours, minConfidence: 0.6 };
});

const sorted = (answer: CorrelationAnswer): unknown => ({
  clusters: answer.clusters.map((cluster) => ({ ...cluster, members: [...cluster.members].sort((a, b) => (a.fresh < b.fresh ? -1 : 1)) })).sort((a, b) => ((a.members[0]?.fresh ?? '') < (b.members[0]?.fresh ?? '') ? -1 : 1)),
  ambiguous: [...answer.ambiguous].sort((a, b) => (a.fresh < b.fresh ? -1 : 1)),
});

const sharesKind = (a: View, b: View): boolean => familiesOf(a).some((kind) => familiesOf(b).includes(kind));

const sameStretch = (a: View, b: View): boolean => familiesOf(a).length + familiesOf(b).length === Math.max(familiesOf(a).length, familiesOf(b).length)
  && a.startLine === b.startLine && a.endLine === b.endLine && a.startColumn === b.startColumn && a.endColumn === b.endColumn && a.startColumn > 1;

const runs = { numRuns: 600 };

describe('correlation, of any results', () => {
  it('puts every fresh result in exactly one cluster, and a finding in one cluster at most', () => {
    fc.assert(fc.property(questions, (question) => {
      const { clusters } = correlate(question);
      expect(clusters.flatMap((cluster) => cluster.members.map((member) => member.fresh)).sort()).toEqual(question.fresh.map((item) => item.id).sort());
      const findings = clusters.map((cluster) => cluster.findingId).filter((id) => id !== '');
      expect(new Set(findings).size).toBe(findings.length);
    }), runs);
  });

  it('does not depend on the order of the question', () => {
    fc.assert(fc.property(questions, fc.infiniteStream(fc.nat()), (question, numbers) => {
      const shuffled = <T>(items: readonly T[]): readonly T[] => items.map((item) => [numbers.next().value as number, item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
      expect(sorted(correlate({ ...question, fresh: shuffled(question.fresh), neighbours: shuffled(question.neighbours) }))).toEqual(sorted(correlate(question)));
    }), runs);
  });

  it('never joins without a shared kind and a place, or one exact region, below the threshold, or against an operator', () => {
    fc.assert(fc.property(questions, (question) => {
      for (const { findingId, members } of correlate(question).clusters) {
        const known = question.neighbours.filter((item) => item.findingId === findingId);
        const views = members.map((member) => question.fresh.find((item) => item.id === member.fresh) as View);
        for (const { join } of members) if (join !== undefined) expect(join.confidence).toBeGreaterThanOrEqual(question.minConfidence);
        if (findingId === '') expect(members.filter((member) => member.join === undefined)).toHaveLength(1);
        else expect(members.every((member) => member.join !== undefined)).toBe(true);
        for (const item of views) {
          const others = [...views, ...known].filter((other) => other.id !== item.id);
          if (others.length > 0) expect(others.some((other) => other.path === item.path && (sharesKind(other, item) || sameStretch(other, item)))).toBe(true);
          expect(known.some((other) => other.apart.includes(signatureOf(item)))).toBe(false);
        }
      }
    }), runs);
  });

  it('never has two regions of one rule in a cluster, but for places of a secret that is known by its value', () => {
    fc.assert(fc.property(questions, (question) => {
      for (const { findingId, members } of correlate(question).clusters) {
        const fresh = members.map((member) => question.fresh.find((item) => item.id === member.fresh) as View);
        const all = [...fresh, ...question.neighbours.filter((item) => item.findingId === findingId)];
        if (all.some((item) => item.secret !== '')) continue;
        for (const item of fresh) {
          for (const other of all.filter((candidate) => candidate.id !== item.id && signatureOf(candidate) === signatureOf(item))) {
            expect([other.startLine, other.endLine, other.startColumn, other.endColumn, other.version]).toEqual([item.startLine, item.endLine, item.startColumn, item.endColumn, item.version]);
          }
        }
      }
    }), runs);
  });

  it('costs in proportion to the results, also when all of them stand on one line', () => {
    const spread = Array.from({ length: 10_000 }, (_, index) => view({ id: `s${index}`, ...(RULES[index % 7] as Partial<View>), path: `src/${index % 400}.py`, startLine: 1 + (index % 300), endLine: 1 + (index % 300) }));
    const minified = Array.from({ length: 1_000 }, (_, index) => view({ id: `m${index}`, ...(RULES[index % 4] as Partial<View>), path: 'min.js', startLine: 1, endLine: 1, startColumn: 1 + 10 * index, endColumn: 9 + 10 * index }));
    const from = performance.now();
    correlate({ fresh: [...spread, ...minified], neighbours: [], minConfidence: 0.6 });
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});
