import { describe, expect, it } from '@jest/globals';
import { track } from './index.js';
import type { DriftAnswer, DriftQuestion, Gone } from './index.js';
import type { View } from '../near/view.js';

const view = (id: string, shown: Partial<View> = {}): View => ({
  id, class: 'sast', tool: 'semgrep', rule: 'sql-injection', ruleName: '', title: 'SQL injection', weaknesses: ['CWE-89'], path: 'src/db.py', startLine: 10, endLine: 10,
  startColumn: 0, endColumn: 0, snippet: '', symbol: '', native: '', flow: [], url: '', method: '', parameter: '', resource: '', secret: '', version: 'v', ...shown,
});
const fresh = (id: string, shown: Partial<View> = {}): View => view(id, { ...shown, version: 'v2' });
const gone = (id: string, shown: Partial<View> = {}): Gone => ({ ...view(id, { ...shown, version: 'v1' }), findingId: `F${id}` });

/** A scan of files that all were known, but for those that `moved` names. */
function ask(now: readonly View[], before: readonly Gone[], more: Partial<DriftQuestion> = {}): DriftAnswer {
  return track({
    fresh: now, gone: before, anchors: [], whole: true, minConfidence: 0.6,
    knownPaths: new Set([...before.map((one) => one.path), 'src/other.py']), shownPaths: new Set([...now.map((one) => one.path), 'src/other.py']), ...more,
  });
}
const told = (answer: DriftAnswer): string[] => [...answer.joins.map((one) => `${one.fresh} is ${one.gone} (${one.join.rule})`), ...answer.ambiguous.map((one) => `${one.fresh} may be ${one.candidates.join(' or ')}`)].sort();

describe('an edited line keeps its finding', () => {
  const edits: readonly (readonly [string, string, string])[] = [
    ['Python: a renamed variable', 'cursor.execute("SELECT * FROM users WHERE id = " + uid)', 'cursor.execute("SELECT * FROM users WHERE id = " + user_id)'],
    ['Python: a changed literal', 'cursor.execute("SELECT name FROM users WHERE id = " + uid)', 'cursor.execute("SELECT name, mail FROM users WHERE id = " + uid)'],
    ['Python: changed quotes and wrapped lines', 'subprocess.run("ls " + path, shell=True)', "subprocess.run(\n    'ls ' + path,\n    shell=True,\n)"],
    ['JavaScript: an added argument', 'db.query(`SELECT * FROM t WHERE a = ${req.query.a}`)', 'await db.query(`SELECT * FROM t WHERE a = ${req.query.a}`, { timeout: 5 });'],
    ['JavaScript: const becomes let', 'const html = "<b>" + req.params.name + "</b>"', "let html = '<b>' + req.params.name + '</b>';"],
    ['Go: a wrapped call of which only the first line is shown', 'rows, err := db.Query("SELECT * FROM items WHERE id = " + id)', 'rows, err := db.Query("SELECT * FROM items WHERE id = " +'],
    ['Java: a renamed receiver', 'stmt.executeQuery("SELECT * FROM acct WHERE no = " + request.getParameter("no"));', 'statement.executeQuery("SELECT * FROM acct WHERE no = " + request.getParameter("no"));'],
  ];
  for (const [what, before, after] of edits) {
    it(what, () => {
      expect(told(ask([fresh('n', { snippet: after, startLine: 17 })], [gone('o', { snippet: before })]))).toEqual(['n is o (edited)']);
    });
  }

  it('takes more of an edit where the surroundings say that it is the same line', () => {
    const before = gone('o', { snippet: 'result = eval(data)', startLine: 20 });
    const after = fresh('n', { snippet: 'result = eval(payload.body, scope)', startLine: 25 });
    const anchors = [{ path: 'src/db.py', from: 12, to: 17 }, { path: 'src/db.py', from: 30, to: 35 }];
    expect(told(ask([after], [before], { anchors }))).toEqual(['n is o (edited)']);
    expect(told(ask([{ ...after, startLine: 45 }], [before], { anchors }))).toEqual([]);
  });
});

describe('another flaw is another finding', () => {
  it('of the same rule in the same file, when names, literals and calls differ', () => {
    const before = [gone('o', { snippet: 'cursor.execute("SELECT * FROM users WHERE id = " + uid)', startLine: 10 })];
    expect(told(ask([fresh('n', { snippet: 'conn.executescript(request.form["migration"])', startLine: 48 })], before))).toEqual([]);
    expect(told(ask([fresh('n', { snippet: 'db.session.execute(f"DELETE FROM orders WHERE name = {name}")', startLine: 80 })], before))).toEqual([]);
  });

  it('of another rule, tool or secret on the same line', () => {
    const shown = { snippet: 'token = "[REDACTED:token:aaaaaaaa]"', secret: 'a', rule: 'generic-token', class: 'secrets' };
    expect(told(ask([fresh('n', { ...shown, secret: 'b' })], [gone('o', shown)]))).toEqual([]);
    expect(told(ask([fresh('n', { ...shown, tool: 'gitleaks' })], [gone('o', shown)]))).toEqual([]);
    expect(told(ask([fresh('n', { rule: 'xss', weaknesses: ['CWE-79'], snippet: 'f(x + y)' })], [gone('o', { snippet: 'f(x + y)' })]))).toEqual([]);
  });

  it('in another file that goes on, unless the code says enough', () => {
    const elsewhere = { path: 'src/other.py', startLine: 90 };
    expect(told(ask([fresh('n', { snippet: 'eval(x)', rule: 'eval', ...elsewhere })], [gone('o', { snippet: 'eval(x)', rule: 'eval' })]))).toEqual([]);
    const code = 'cursor.execute("SELECT * FROM users WHERE id = " + uid)';
    expect(told(ask([fresh('n', { snippet: code, ...elsewhere })], [gone('o', { snippet: code })]))).toEqual(['n is o (moved-code)']);
  });
});
