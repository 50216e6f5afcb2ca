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

describe('what moved keeps its finding', () => {
  const query = (of: string): string => `cursor.execute("SELECT * FROM ${of} WHERE id = " + ${of}_id)`;

  it('with a renamed or moved file, also where lines were inserted and one line was edited', () => {
    const before = ['users', 'orders', 'carts'].map((of, index) => gone(`o-${of}`, { path: 'src/db.py', startLine: 10 + 10 * index, snippet: query(of) }));
    const after = ['users', 'orders', 'carts'].map((of, index) => fresh(`n-${of}`, { path: 'store/queries.py', startLine: 14 + 10 * index, snippet: of === 'carts' ? query(of).replace('carts_id', 'key') : query(of) }));
    expect(told(ask(after, before))).toEqual(['n-carts is o-carts (moved-file)', 'n-orders is o-orders (moved-file)', 'n-users is o-users (moved-file)']);
  });

  it('but not to a second file while the first goes on, unless each result says enough by itself', () => {
    const before = [gone('o', { path: 'src/db.py', snippet: 'eval(x)' })];
    const after = [fresh('n', { path: 'src/new.py', snippet: 'eval(x)' })];
    expect(told(ask(after, before, { shownPaths: new Set(['src/new.py', 'src/db.py']) }))).toEqual([]);
  });

  it('of a tool that prints neither code nor symbols, by the lines of the whole file', () => {
    const lines = [10, 24, 57, 90];
    const before = lines.map((line) => gone(`o${line}`, { path: 'a/Dockerfile', startLine: line }));
    const after = lines.map((line) => fresh(`n${line}`, { path: 'b/Dockerfile', startLine: line + 3 }));
    expect(told(ask(after, before))).toEqual(lines.map((line) => `n${line} is o${line} (moved-file)`));
  });

  it('when one of several equals of a file went: as many stay, in order', () => {
    const before = [10, 20, 30].map((line) => gone(`o${line}`, { startLine: line, snippet: 'eval(data)', symbol: 'load' }));
    const after = [15, 35].map((line) => fresh(`n${line}`, { startLine: line, snippet: 'eval(data)', symbol: 'read' }));
    const anchors = [{ path: 'src/db.py', from: 5, to: 10 }, { path: 'src/db.py', from: 40, to: 45 }];
    expect(told(ask(after, before, { anchors }))).toEqual(['n15 is o10 (moved-in-file)', 'n35 is o30 (moved-in-file)']);
  });

  it('within one path only, when the scan was partial', () => {
    const code = query('users');
    const before = [gone('o1', { snippet: code }), gone('o2', { path: 'src/gone.py', snippet: code.replace('id', 'mail') })];
    const after = [fresh('n1', { snippet: code.replace('users_id', 'key') }), fresh('n2', { path: 'src/came.py', snippet: code.replace('id', 'mail') })];
    expect(told(ask(after, before, { whole: false }))).toEqual(['n1 is o1 (edited)']);
    expect(told(ask(after, before))).toEqual(['n1 is o1 (edited)', 'n2 is o2 (moved-file)']);
  });
});

describe('a rule that the tool renamed', () => {
  const lines = [10, 20, 30];
  const before = lines.map((line) => gone(`o${line}`, { rule: 'py.sqli', startLine: line, snippet: `run(query_${line}, name_${line})` }));
  const after = lines.map((line) => fresh(`n${line}`, { rule: 'python.security.sql-injection', startLine: line, snippet: `run(query_${line}, name_${line})` }));

  it('keeps its findings when it flags what the old one did', () => {
    expect(told(ask(after, before))).toEqual(lines.map((line) => `n${line} is o${line} (renamed-rule)`));
  });

  it('is another rule when the old one still shows results, the new one was known, or they name different weaknesses', () => {
    expect(told(ask(after, before, { shownRules: new Set(['semgrep|py.sqli']) }))).toEqual([]);
    expect(told(ask(after, before, { knownRules: new Set(['semgrep|python.security.sql-injection']) }))).toEqual([]);
    expect(told(ask(after.map((one) => ({ ...one, weaknesses: ['CWE-78'] })), before))).toEqual([]);
  });
});

describe('what cannot be told is not joined, and said', () => {
  it('when two findings are as likely', () => {
    const edited = fresh('n', { startLine: 20, snippet: 'fetch(base_url + item_path, timeout)' });
    const before = [gone('a', { startLine: 15, snippet: 'fetch(base_url + item_path, retries)' }), gone('b', { startLine: 25, snippet: 'fetch(base_url + item_path, headers)' })];
    expect(told(ask([edited], before))).toEqual(['n may be a or b']);
  });

  it('when two results may be one finding', () => {
    const now = [fresh('a', { path: 'lib/a.py', snippet: 'fetch(base_url + item_path, retries)' }), fresh('b', { path: 'lib/b.py', snippet: 'fetch(base_url + item_path, retries)' })];
    const known = { knownPaths: new Set(['src/db.py', 'lib/a.py', 'lib/b.py']) };
    expect(told(ask(now, [gone('o', { snippet: 'fetch(base_url + item_path, retries)' })], known))).toEqual(['a may be o', 'b may be o']);
  });

  it('but a branch\'s and the default line\'s sight of one finding are one', () => {
    const code = { snippet: 'fetch(base_url + item_path, retries)' };
    const seen = [{ ...gone('own', code), version: 'v1', findingId: 'F' }, { ...gone('default', { ...code, startLine: 12 }), version: 'v0', findingId: 'F' }];
    const answer = ask([fresh('n', { snippet: 'fetch(base_url + item_path, retries, proxy)' })], seen);
    expect(answer.ambiguous).toEqual([]);
    expect(answer.joins.map((one) => one.gone)).toEqual(['own']);
  });
});
