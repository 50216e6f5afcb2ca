import { describe, expect, it } from '@jest/globals';
import type { View } from '../near/view.js';
import { track } from './index.js';

const view = (id: string, path: string, startLine: number, snippet: string): View => ({
  id, class: 'sast', tool: 'semgrep', rule: 'js.eval', ruleName: '', title: 'Use of eval', weaknesses: ['CWE-95'], path, startLine, endLine: startLine, startColumn: 1, endColumn: 2, snippet, symbol: '',
  native: '', flow: [], url: '', method: '', parameter: '', resource: '', secret: '', version: '',
});
const joined = (gone: readonly View[], fresh: readonly View[]): readonly string[] => track({
  fresh, gone: gone.map((one) => ({ ...one, findingId: one.id })), anchors: [], whole: true, minConfidence: 0.6,
  knownPaths: new Set(gone.map((one) => one.path)), shownPaths: new Set(fresh.map((one) => one.path)),
}).joins.map((one) => `${one.gone}→${one.fresh}`).sort();

describe('a file that went and one that came', () => {
  it('with one result each and other code are two files: a flaw fixed here and another one there', () => {
    expect(joined([view('a', 'src/A.js', 10, 'eval(A)')], [view('c', 'src/C.js', 10, 'eval(C)')])).toEqual([]);
    expect(joined([view('a', 'src/A.js', 10, 'db.query("select * from users where id=" + req.params.id)')], [view('c', 'lib/C.js', 44, 'db.query("select * from orders where id=" + req.params.order)')])).toEqual([]);
  });

  it('are one file when the code is equal, or the name is and the code was edited', () => {
    expect(joined([view('a', 'src/A.js', 10, 'eval(input)')], [view('c', 'src/C.js', 10, 'eval(input)')])).toEqual(['a→c']);
    expect(joined([view('a', 'src/api.js', 10, 'const result = eval(input)')], [view('c', 'lib/api.js', 10, 'const answer = eval(input)')])).toEqual(['a→c']);
  });

  it('are one file when what was not edited bears witness for what was', () => {
    const gone = [view('a', 'src/A.js', 10, 'const result = eval(input)'), view('b', 'src/A.js', 30, 'eval(request.body.formula)')];
    const fresh = [view('c', 'src/C.js', 10, 'const answer = eval(input)'), view('d', 'src/C.js', 30, 'eval(request.body.formula)')];
    expect(joined(gone, fresh)).toEqual(['a→c', 'b→d']);
  });
});
