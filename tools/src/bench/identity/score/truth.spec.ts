import { describe, expect, it } from '@jest/globals';
import { plant } from '../projects/planted.js';
import { kindsOf } from './kinds.js';
import { truthOf, type Seen } from './truth.js';

const { file, planted } = plant('a.py', ['x = ⟦weak-hash|hashlib.md5(a)⟧, ⟦weak-hash|hashlib.md5(b)⟧', '⟦command-injection|subprocess.call(', '    x,', '    shell=True)⟧'].join('\n'));
let number = 0;
const seen = (tool: string, rule: string, startLine: number, startColumn: number, endLine = startLine, endColumn = startColumn + 3): Seen => ({
  finding: '', observation: String(++number), class: 'sast', tool, rule, title: '', path: 'a.py', startLine, startColumn, endLine, endColumn, component: '', identifiers: [],
});
const truths = (...results: Seen[]): (string | undefined)[] => [...truthOf(results, planted).values()];

describe('a planted flaw', () => {
  it('is the region between its marks, which are not in the file', () => {
    expect(file.lines.map(({ text }) => text)).toEqual(['x = hashlib.md5(a), hashlib.md5(b)', 'subprocess.call(', '    x,', '    shell=True)']);
    expect(planted.map(({ kind, startLine, startColumn, endLine, endColumn }) => [kind, startLine, startColumn, endLine, endColumn])).toEqual([['weak-hash', 1, 5, 1, 19], ['weak-hash', 1, 21, 1, 35], ['command-injection', 2, 1, 4, 16]]);
  });

  it('is what rules of its kind report inside of it, of two on one line by column', () => {
    const [a, b, c, d] = truths(seen('bandit', 'B324', 1, 5), seen('semgrep', 'rules.old-digest', 1, 21), seen('ruff', 'S324', 1, 25), seen('ruff', 'S602', 4, 5));
    expect([a === b, b === c, d]).toEqual([false, true, 'a.py:2']);
  });

  it('is not what another rule reports at the same place', () => {
    const [hash, path] = truths(seen('bandit', 'B324', 1, 5), seen('bandit', 'B607', 1, 5));
    expect(hash === path).toBe(false);
  });

  it('outside of regions, results of several tools on one line are one flaw only when each has one', () => {
    const [a, b] = truths(seen('bandit', 'B101', 9, 1), seen('ruff', 'S101', 9, 1));
    expect(a).toBe(b);
    const three = truths(seen('bandit', 'B101', 9, 1), seen('ruff', 'S101', 9, 1), seen('ruff', 'S101', 9, 20));
    expect(new Set(three).size).toBe(3);
  });

  it('has a kind by the rule’s own id, whatever folder or plug-in stands before it', () => {
    expect([kindsOf('eslint', 'security/detect-child-process'), kindsOf('semgrep', 'home.rules.js-shell-command'), kindsOf('ruff', 'S605'), kindsOf('bandit', 'B999')]).toEqual([['command-injection'], ['command-injection'], ['command-injection'], []]);
  });
});
