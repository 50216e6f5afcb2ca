import { describe, expect, it } from '@jest/globals';
import type { View } from '../near/view.js';
import { correlate, type Neighbour } from './index.js';
import { at, neighbour, view } from '../../../test/correlation-views.js';

const ask = (fresh: readonly View[], neighbours: readonly Neighbour[] = []) => correlate({ fresh, neighbours, minConfidence: 0.6 });

const together = (...views: readonly View[]): boolean => ask(views).clusters.length === 1;

const joinOf = (a: View, b: View) => ask([a, b]).clusters.flatMap((cluster) => cluster.members).find((member) => member.join !== undefined)?.join;

/** Ids of each cluster, sorted; a finding's id stands first. */
const groups = (fresh: readonly View[], neighbours: readonly Neighbour[] = []): readonly string[] => ask(fresh, neighbours).clusters
  .map(({ findingId, members }) => [findingId, ...members.map((one) => one.fresh).sort()].filter((id) => id !== '').join(' ')).sort();

describe('a tool that tells only where something begins', () => {
  const gosec = (rule: string, column: number, over: Partial<View> = {}): View => view({ tool: 'gosec', rule, ruleName: '', ...at(31, column, column), ...over });

  it('shows the call by one rule and its argument by another: one flaw, whichever tool came first', () => {
    const [call, argument] = [gosec('G304', 18), gosec('G703', 29)];
    const whole = view({ tool: 'semgrep', rule: 'path-traversal-open', ruleName: '', ...at(31, 18, 68) });
    expect(joinOf(call, argument)?.rule).toBe('points-on-line');
    expect(groups([call, argument])).toHaveLength(1);
    expect(groups([whole], [neighbour('f1', call), neighbour('f1', argument)])).toEqual([`f1 ${whole.id}`]);
    expect(groups([call, argument], [neighbour('f1', whole)])).toHaveLength(1);
  });

  it('of another kind, of two statements, or twice on the line they are two', () => {
    expect(together(gosec('G304', 18), gosec('G702', 29))).toBe(false);
    const snippet = '  open(a); open(b)';
    expect(together(gosec('G304', 3, { snippet }), gosec('G703', 12, { snippet }))).toBe(false);
    expect(groups([gosec('G304', 18), gosec('G304', 40), gosec('G703', 29)])).toHaveLength(3);
  });

  it('regions that one tool sets apart stay apart', () => {
    expect(together(gosec('G304', 18, at(31, 18, 25)), gosec('G703', 29, at(31, 29, 35)))).toBe(false);
  });
});

describe('exactly the same region', () => {
  const unknown = (tool: string, rule: string, over: Partial<View> = {}): View => view({ tool, rule, ruleName: '', ...at(61, 5, 29), ...over });
  const ssrf = unknown('nodejsscan', 'node_ssrf');
  const other = unknown('semgrep', 'js-caller-chooses-host');

  it('joins a rule whose words say no kind, less surely than one that says it', () => {
    expect(joinOf(ssrf, other)).toMatchObject({ rule: 'identical-region', confidence: 0.7, fields: ['path', 'startLine', 'endLine', 'startColumn', 'endColumn'] });
    expect(groups([other], [neighbour('f1', ssrf)])).toEqual([`f1 ${other.id}`]);
    expect(together(ssrf, { ...other, weaknesses: ['CWE-20'] })).toBe(true);
  });

  it('C9: not where a weakness or a kind says otherwise, nor where both are unknown', () => {
    expect(together(ssrf, { ...other, weaknesses: ['CWE-835'] })).toBe(false);
    expect(together(ssrf, { ...other, rule: 'eval-detected' })).toBe(false);
    expect(together({ ...ssrf, rule: 'odd-name' }, other)).toBe(false);
    expect(together(ssrf, { ...other, tool: 'nodejsscan' })).toBe(false);
    expect(together(ssrf, { ...other, version: 'commit:2' })).toBe(false);
  });

  it('not by a line as a whole, a point, a block, or a column more', () => {
    for (const place of [at(61), at(61, 1, 29), at(61, 5, 5), { startLine: 61, endLine: 70, startColumn: 5, endColumn: 6 }]) expect(together({ ...ssrf, ...place }, { ...other, ...place })).toBe(false);
    expect(together(ssrf, { ...other, ...at(61, 5, 30) })).toBe(false);
  });

  it('not when a tool shows two results there, or two kinds are known', () => {
    expect(groups([ssrf, other, { ...other, id: 'again', rule: 'js-callback-without-limit' }])).toHaveLength(3);
    expect(groups([ssrf, other, unknown('eslint', 'security/detect-eval-with-expression')])).toHaveLength(3);
  });
});

describe('a region around two statements', () => {
  const file = (tool: string, rule: string, over: Partial<View>): View => view({ tool, rule, ruleName: '', weaknesses: ['CWE-22'], ...over });

  it('does not make them one flaw: a whole call on the line before is another', () => {
    const render = file('nodejsscan', 'express_lfr_warning', { ...at(46, 3, 52), snippet: 'res.render(`pages/${page}`, { page });' });
    const around = file('nodejsscan', 'generic_path_traversal', { startLine: 45, endLine: 47, startColumn: 3, endColumn: 79 });
    const read = [file('eslint', 'security/detect-non-literal-fs-filename', at(47, 3, 79)), file('semgrep', 'js-path-from-caller', at(47, 3, 79))];
    const found = groups([render, around, ...read]);
    expect(found).toContain(render.id);
    expect(found.some((group) => read.every(({ id }) => group.includes(id)))).toBe(true);
  });

  it('a call that goes on below is one statement with its argument', () => {
    const call = view({ ...at(10), rule: 'B501', snippet: 'requests.get(url,' });
    const argument = view({ ...at(12), tool: 'x', rule: 'disabled-cert-validation' });
    const all = view({ startLine: 10, endLine: 12, tool: 'codeql', rule: 'py/request-without-cert-validation', ruleName: '' });
    expect(together(call, argument, all)).toBe(true);
    expect(together({ ...call, snippet: 'requests.get(url, verify=False)' }, argument, all)).toBe(false);
  });
});

describe('a region from the source to the sink', () => {
  const shell = (tool: string, rule: string, over: Partial<View>): View => view({ tool, rule, ruleName: '', ...over });
  const around = shell('nodejsscan', 'generic_os_command_exec', { startLine: 54, endLine: 66, startColumn: 3, endColumn: 4 });
  const call = { startLine: 56, endLine: 59, startColumn: 5, endColumn: 6 };
  const calls = [shell('eslint', 'security/detect-child-process', call), shell('semgrep', 'js-shell-command', call)];

  it('is one flaw with the only call in it', () => {
    expect(joinOf(around, calls[1] as View)).toMatchObject({ rule: 'around-call', confidence: 0.7 });
    expect(groups([around, ...calls])).toHaveLength(1);
  });

  it('of two calls in it, or two regions around the call, nothing says which', () => {
    expect(groups([around, ...calls, shell('semgrep', 'js-shell-command', at(63, 5, 40))])).toHaveLength(3);
    expect(groups([around, shell('nodejsscan', 'shelljs_os_command_exec', { startLine: 55, endLine: 67, startColumn: 3, endColumn: 4 }), calls[0] as View])).toHaveLength(3);
  });

  it('joins no kind that does not flow, nor all of a file', () => {
    expect(together(shell('a', 'weak-hash-md5', { ...around, id: 'a', tool: 'a', rule: 'weak-hash-md5' }), shell('b', 'insecure-md5', call))).toBe(false);
    expect(together({ ...around, startLine: 1, endLine: 90 }, calls[0] as View)).toBe(false);
  });
});

describe('another commit, and a tool that gives no code', () => {
  const known = view({ ...at(40, 5, 30), snippet: 'eval(text)', symbol: 'fetch', version: 'commit:1' });
  const later = view({ ...at(40), tool: 'ruff', rule: 'S307', symbol: 'Depot.fetch', version: 'commit:2' });

  it('meet on the same line when nothing of the kind is near, least surely', () => {
    expect(joinOf(known, later)).toMatchObject({ rule: 'same-line-then', confidence: 0.65 });
    expect(groups([later], [neighbour('f1', known)])).toEqual([`f1 ${later.id}`]);
    expect(correlate({ fresh: [later], neighbours: [neighbour('f1', known)], minConfidence: 0.7 }).clusters[0]?.findingId).toBe('');
  });

  it('do not on another line, in another function or column, nor against code', () => {
    for (const over of [at(41), { symbol: 'store' }, at(40, 31, 50), { snippet: 'eval(other)' }]) expect(together(known, { ...later, ...over })).toBe(false);
  });

  it('do not when either side has another of the kind within ten lines', () => {
    const apart = (other: View): boolean => groups([later], [neighbour('f1', known), neighbour('f2', other)]).includes(later.id);
    expect(apart(view({ ...known, id: 'above', ...at(30) }))).toBe(true);
    expect(apart(view({ ...later, id: 'below', ...at(44) }))).toBe(true);
    expect(apart(view({ ...known, id: 'same-line', ...at(40, 33, 50) }))).toBe(true);
    expect(apart(view({ ...known, id: 'far', ...at(51) }))).toBe(false);
    expect(apart(view({ ...known, id: 'other-kind', rule: 'B324', ...at(41) }))).toBe(false);
  });
});

describe('a secret that is known by its value', () => {
  const secret = (tool: string, rule: string, line: number, value: string, path = 'a.py'): View => view({ class: 'secrets', tool, rule, ruleName: '', ...at(line), path, secret: value });

  it('is joined in each of its places by a rule that knows no value', () => {
    const known = [neighbour('f1', secret('gitleaks', 'github-pat', 4, 'h1')), neighbour('f1', secret('gitleaks', 'github-pat', 12, 'h1', 'b.js'))];
    const tokens = [secret('detect-secrets', 'GitHub Token', 4, ''), secret('detect-secrets', 'GitHub Token', 12, '', 'b.js')];
    expect(groups(tokens, known)).toEqual([`f1 ${tokens.map(({ id }) => id).sort().join(' ')}`]);
  });

  it('of two values on the line nothing says which one the rule means', () => {
    const known = [neighbour('f1', secret('gitleaks', 'github-pat', 4, 'h1')), neighbour('f2', secret('gitleaks', 'github-pat', 4, 'h2'))];
    const token = secret('detect-secrets', 'GitHub Token', 4, '');
    expect(groups([token], known)).toEqual([token.id]);
    expect(ask([token], known).ambiguous).toEqual([{ fresh: token.id, candidates: ['f1', 'f2'] }]);
  });

  it('does not draw in the rule from places where the value does not stand', () => {
    const known = [neighbour('f1', secret('gitleaks', 'github-pat', 4, 'h1'))];
    const [here, there] = [secret('detect-secrets', 'GitHub Token', 4, ''), secret('detect-secrets', 'GitHub Token', 5, '')];
    expect(groups([here, there], known)).toEqual([`f1 ${here.id}`, there.id].sort());
  });
});
