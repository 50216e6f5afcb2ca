import { describe, expect, it } from '@jest/globals';
import type { View } from '../near/view.js';
import { correlate, type Neighbour } from './index.js';
import { at, neighbour, semgrep, view } from '../../../test/correlation-views.js';

const ask = (fresh: readonly View[], neighbours: readonly Neighbour[] = [], minConfidence = 0.6) => correlate({ fresh, neighbours, minConfidence });

/** Ids of each cluster, sorted; a finding's id stands first. */
function groups(fresh: readonly View[], neighbours: readonly Neighbour[] = []): readonly string[] {
  return ask(fresh, neighbours).clusters.map(({ findingId, members }) => [findingId, ...members.map((one) => one.fresh).sort()].filter((id) => id !== '').join(' ')).sort();
}

const together = (...views: readonly View[]): boolean => ask(views).clusters.length === 1;
const joinOf = (a: View, b: View): string | undefined => ask([a, b]).clusters.flatMap((cluster) => cluster.members).find((member) => member.join !== undefined)?.join?.rule;

describe('the same place and the same kind of flaw', () => {
  it('one flaw that two tools and three rules see is one finding, and says why', () => {
    const bandit = view({ ...at(22, 21, 44), weaknesses: ['CWE-78'] });
    const rules = ['audit.eval-detected', 'injection.user-eval', 'eval-injection'].map((rule) => semgrep(rule, { ...at(22, 21, 44), weaknesses: ['CWE-95'] }));
    const { clusters, ambiguous } = ask([bandit, ...rules]);
    expect(clusters).toHaveLength(1);
    expect(ambiguous).toEqual([]);
    expect(clusters[0]?.members.map((member) => member.join)).toEqual([undefined, ...rules.map(() => ({
      rule: 'same-region', fields: ['path', 'startLine', 'endLine', 'startColumn', 'endColumn', 'rule'], confidence: 0.98, recipe: 'correlation/1',
    }))].map((join, index) => (index < 2 ? join : { ...join, fields: expect.anything() })));
  });

  it('C9: never on the weakness alone, nor on the place alone', () => {
    expect(together(view({ ...at(3), weaknesses: ['CWE-95'] }), semgrep('eval-detected', { ...at(30), weaknesses: ['CWE-95'] }))).toBe(false);
    expect(together(view({ ...at(3), path: 'a.py' }), semgrep('eval-detected', { ...at(3), path: 'b.py' }))).toBe(false);
    expect(together(view({ ...at(18, 17, 62), rule: 'B501' }), view({ ...at(18, 17, 62), rule: 'B113' }))).toBe(false);
    expect(together(view({ ...at(18), rule: 'X1', weaknesses: ['CWE-20'] }), semgrep('y', { ...at(18), weaknesses: ['CWE-20'] }))).toBe(false);
  });

  it('a tool without columns or snippet meets the line; a point in column 1 is no column', () => {
    expect(joinOf(view(at(10)), semgrep('eval-detected', at(10, 21, 44)))).toBe('same-line');
    expect(joinOf(view({ ...at(3, 1, 1), class: 'iac', tool: 'hadolint', rule: 'DL3002', path: 'Dockerfile' }), semgrep('last-user-is-root', { ...at(3, 1, 10), path: 'Dockerfile' }))).toBe('same-line');
    expect(joinOf(view({ ...at(3, 25, 72), tool: 'eslint', rule: 'security/detect-child-process' }), semgrep('detect-child-process', { ...at(3, 33, 54), snippet: 'cp.exec(x)' }))).toBe('overlapping-columns');
  });

  it('a credential that a code scanner and secret scanners see is one, by value or by line', () => {
    const b105 = view({ ...at(4, 12, 24), rule: 'B105' });
    const keyword = view({ ...at(4), class: 'secrets', tool: 'detect-secrets', rule: 'Secret Keyword', secret: 'h1' });
    const gitleaks = view({ ...at(4, 12, 24), class: 'secrets', tool: 'gitleaks', rule: 'generic-api-key', secret: 'h1' });
    expect(together(b105, keyword, gitleaks)).toBe(true);
    expect(together(keyword, { ...gitleaks, secret: 'h2' })).toBe(false);
    expect(together({ ...keyword, ...at(4, 12, 22) }, { ...gitleaks, secret: 'h2' })).toBe(true);
  });

  it('two hashes on one line, each with its algorithm, are two flaws; a rule about both fits either', () => {
    const md5 = semgrep('insecure-hash-algorithm-md5', at(5, 1, 40));
    const sha1 = semgrep('insecure-hash-algorithm-sha1', at(5, 12, 30));
    expect(together(md5, sha1)).toBe(false);
    expect(groups([md5, sha1, view({ ...at(5, 12, 30), rule: 'B303', title: 'Use of insecure MD2, MD4, MD5, or SHA1 hash function.' })])).toHaveLength(2);
  });
});

describe('several flaws of one kind on a line', () => {
  const line = 'x = eval(a) + eval(b)';
  const first = view({ ...at(7, 5, 12), snippet: line });
  const second = view({ ...at(7, 15, 22), snippet: line });

  it('one rule at two regions is always two findings, and another tool finds each of them', () => {
    const [left, right] = [semgrep('eval-detected', { ...at(7, 5, 12), snippet: line }), semgrep('eval-detected', { ...at(7, 15, 22), snippet: line })];
    expect(groups([first, second])).toHaveLength(2);
    expect(groups([right, second, left, first])).toEqual([`${first.id} ${left.id}`, `${second.id} ${right.id}`].sort());
  });

  it('nested calls: each goes to the one that it fits best', () => {
    const [outer, inner] = [view(at(7, 1, 30)), view(at(7, 6, 20))];
    const [wide, tight] = [semgrep('eval-detected', at(7, 1, 28)), semgrep('eval-detected', at(7, 6, 20))];
    expect(groups([inner, outer, wide, tight])).toEqual([`${outer.id} ${wide.id}`, `${inner.id} ${tight.id}`].sort());
  });

  it('columns that do not meet are assigned in their order, when both found as many', () => {
    const [left, right] = [semgrep('eval-detected', at(7, 13, 14)), semgrep('eval-detected', at(7, 23, 24))];
    expect(groups([first, second, left, right])).toEqual([`${first.id} ${left.id}`, `${second.id} ${right.id}`].sort());
    expect(groups([first, second, right])).toHaveLength(3);
  });

  it('a result without columns between two findings stays new and names both', () => {
    const lost = semgrep('eval-detected', at(7));
    const { clusters, ambiguous } = ask([lost], [neighbour('f1', first), neighbour('f2', second)]);
    expect(clusters).toEqual([{ findingId: '', members: [{ fresh: lost.id, join: undefined }] }]);
    expect(ambiguous).toEqual([{ fresh: lost.id, candidates: ['f1', 'f2'] }]);
  });

  it('two results of a tool without columns and two of one with them: nothing says which is which', () => {
    const credential = (over: Partial<View>): View => view({ class: 'secrets', tool: 'detect-secrets', rule: 'Secret Keyword', ...at(3), ...over });
    const found = [view({ rule: 'B105', ...at(3, 11, 21) }), view({ rule: 'B105', ...at(3, 39, 46) }), credential({ secret: 'h1' }), credential({ rule: 'Hex High Entropy String', secret: 'h2' })];
    expect(groups(found)).toHaveLength(4);
    expect(ask(found.slice(2), found.slice(0, 2).map((one, index) => neighbour(`f${index}`, one))).ambiguous.map((one) => one.candidates)).toEqual([['f0', 'f1'], ['f0', 'f1']]);
  });

  it('two results that fit one finding equally stay new', () => {
    const { clusters, ambiguous } = ask([first, second], [neighbour('f1', semgrep('eval-detected', at(7)))]);
    expect(clusters.map((cluster) => cluster.findingId)).toEqual(['', '']);
    expect(ambiguous.map((one) => one.candidates)).toEqual([['f1'], ['f1']]);
  });

  it('a region around two flaws, one longer than the other, is about neither', () => {
    const all = semgrep('eval-detected', at(7, 1, 60));
    expect(groups([view(at(7, 1, 12)), view(at(7, 15, 50)), all])).toHaveLength(3);
  });

  it('statements or calls of one line are two flaws', () => {
    const code = 'exec(a); exec(b)';
    expect(together(view({ ...at(7, 1, 8), snippet: code }), semgrep('eval-detected', { ...at(7, 10, 17), snippet: code }))).toBe(false);
    expect(together(view({ ...at(7, 5, 12), snippet: line }), semgrep('eval-detected', { ...at(7, 15, 22), snippet: line }))).toBe(false);
    expect(together(view({ ...at(7, 1, 5), snippet: 'eval(   b)' }), semgrep('eval-detected', { ...at(7, 9, 10), snippet: 'eval(   b)' }))).toBe(true);
  });
});

describe('statements and flows over lines', () => {
  const sql = (rule: string, over: Partial<View>): View => semgrep(`${rule}.sql-injection`, over);

  it('the query on one line and its use on the next are one flaw, by the name', () => {
    const built = view({ ...at(13), rule: 'B608', snippet: '    q = "select * from u where n=\'%s\'" % name' });
    expect(joinOf(built, sql('a', { ...at(14), snippet: '    return db.execute(q).fetchall()' }))).toBe('define-use');
    expect(together(built, sql('a', { ...at(14), snippet: '    return db.execute(other).fetchall()' }))).toBe(false);
    expect(together(built, sql('a', { ...at(23), snippet: '    return db.execute(q).fetchall()' }))).toBe(false);
    expect(together(built, semgrep('eval-detected', { ...at(14), snippet: '    return eval(q)' }))).toBe(false);
  });

  it('two pairs of them in a row stay two', () => {
    const lines = ['q = "a" + x', 'db.execute(q)', 'r = "b" + y', 'db.execute(r)'];
    const defs = [0, 2].map((index) => view({ ...at(index + 1), rule: 'B608', snippet: lines[index] as string }));
    const used = [1, 3].map((index) => sql('a', { ...at(index + 1), snippet: lines[index] as string }));
    expect(groups([...defs, ...used])).toEqual([`${defs[0]?.id} ${used[0]?.id}`, `${defs[1]?.id} ${used[1]?.id}`].sort());
  });

  it('one tool flags the call, another its argument, a third all of the statement', () => {
    const call = view({ ...at(10), rule: 'B501', snippet: 'requests.get(url,' });
    const argument = semgrep('disabled-cert-validation', { ...at(12), snippet: '  verify=False)' });
    const all = view({ startLine: 10, endLine: 12, tool: 'codeql', rule: 'py/request-without-cert-validation', ruleName: '' });
    expect(joinOf(call, argument)).toBe('one-statement');
    expect(together(call, argument, all)).toBe(true);
    expect(together({ ...call, snippet: 'requests.get(url)' }, argument)).toBe(false);
  });

  it('a pattern that spans many lines meets the flaw at its end, and bridges nothing', () => {
    const pattern = view({ startLine: 1, endLine: 10, startColumn: 1, endColumn: 96, tool: 'njsscan', rule: 'hardcoded_jwt_secret' });
    const secret = semgrep('hardcoded-jwt-secret', at(10, 52, 71));
    const other = view({ ...at(2, 4, 20), class: 'secrets', tool: 'gitleaks', rule: 'generic' });
    expect(groups([pattern, secret, other])).toEqual([`${pattern.id} ${secret.id}`, other.id].sort());
  });

  it('a data flow leads to what another tool flags in another file', () => {
    const flow = [{ path: 'app.py', line: 3 }, { path: 'db.py', line: 8 }];
    const source = view({ ...at(3), tool: 'codeql', rule: 'py/sql-injection', ruleName: '', flow });
    expect(joinOf(source, view({ ...at(8), path: 'db.py', rule: 'B608' }))).toBe('end-of-flow');
    expect(together(source, view({ ...at(9), path: 'db.py', rule: 'B608' }))).toBe(false);
  });

  it('a data flow passes what another tool flags; two sinks of one source stay two', () => {
    const step = (line: number) => ({ path: 'app.py', line });
    const sink = (line: number): View => view({ ...at(line), tool: 'codeql', rule: 'py/sql-injection', ruleName: '', flow: [step(3), step(line)] });
    expect(joinOf(sink(40), view({ ...at(3), rule: 'B608' }))).toBe('on-flow');
    expect(groups([sink(40), sink(50), view({ ...at(40), rule: 'B608' })])).toHaveLength(2);
    expect(groups([sink(40), sink(50), view({ ...at(3), rule: 'B608' })])).toHaveLength(3);
  });
});

describe('findings that are known', () => {
  it('are preferred, and one of another tool is joined', () => {
    const known = neighbour('f1', view(at(10, 5, 20)));
    expect(groups([semgrep('eval-detected', at(10, 5, 20)), semgrep('audit.user-eval', at(10, 5, 20))], [known])[0]).toMatch(/^f1 \S+ \S+$/);
  });

  it('C8: what an operator split off is never joined again', () => {
    const again = semgrep('eval-detected', at(10, 5, 20));
    const known = neighbour('f1', view(at(10, 5, 20)), [`${again.tool}|${again.rule}`]);
    expect(groups([again], [known])).toEqual([again.id]);
    expect(groups([again, semgrep('user-eval', at(10, 5, 20))], [known])).toHaveLength(2);
  });

  it('a rule that the finding has at another region does not join it', () => {
    const known = [neighbour('f1', view(at(10, 5, 20))), neighbour('f1', semgrep('eval-detected', at(10, 5, 20)))];
    const other = semgrep('eval-detected', at(10, 6, 19));
    expect(groups([other], known)).toEqual([other.id]);
  });

  it('in another version code decides, once on either side, and lines never against it', () => {
    const known = neighbour('f1', view({ ...at(10), snippet: 'return eval(text)', version: 'commit:1' }));
    const moved = semgrep('eval-detected', { ...at(14), snippet: '  return eval(text)', version: 'commit:2' });
    expect(groups([moved], [known])).toEqual([`f1 ${moved.id}`]);
    expect(groups([{ ...moved, ...at(10), snippet: 'return eval(other)' }], [known])).toEqual([moved.id]);
    expect(groups([{ ...moved, snippet: '' }], [known])).toEqual([moved.id]);
    expect(groups([moved, { ...moved, ...at(20), id: 'twice' }], [known])).toEqual([moved.id, 'twice'].sort());
    expect(groups([{ ...moved, ...at(10), snippet: 'eval(text)' }], [known])).toEqual([`f1 ${moved.id}`]);
  });

  it('of unknown versions equal lines count unless the code contradicts', () => {
    const unknown = { ...at(10), version: '' };
    expect(together(view({ ...unknown, snippet: 'eval(a)' }), semgrep('eval-detected', { ...unknown, snippet: 'x = eval(a)' }))).toBe(true);
    expect(together(view({ ...unknown, snippet: 'eval(a)' }), semgrep('eval-detected', { ...unknown, snippet: 'x = eval(other)' }))).toBe(false);
  });

  it('the threshold of the policy holds', () => {
    const pair = [view(at(10)), semgrep('eval-detected', at(10, 1, 9))];
    expect(ask(pair, [], 0.88).clusters).toHaveLength(1);
    expect(ask(pair, [], 0.9).clusters).toHaveLength(2);
  });
});

describe('configuration and running applications', () => {
  const iac = (tool: string, rule: string, over: Partial<View> = {}): View => view({ class: 'iac', tool, rule, ruleName: '', path: 'main.tf', ...over });

  it('one control of one resource is one finding; of another resource another', () => {
    const checkov = iac('checkov', 'CKV_AWS_21', { startLine: 2, endLine: 9, resource: 'aws_s3_bucket.b' });
    expect(joinOf(checkov, iac('trivy', 'AVD-AWS-0090', { startLine: 2, endLine: 5, resource: 'aws_s3_bucket.b' }))).toBe('same-resource');
    expect(joinOf(checkov, iac('trivy', 'AVD-AWS-0090', at(4)))).toBe('same-block');
    expect(together(checkov, iac('trivy', 'AVD-AWS-0090', { ...at(4), resource: 'aws_s3_bucket.c' }))).toBe(false);
    expect(together(checkov, iac('trivy', 'AVD-AWS-0089', { ...at(4), resource: 'aws_s3_bucket.b' }))).toBe(false);
  });

  it('two containers of one manifest: a result about the manifest is about neither', () => {
    const pod = { class: 'iac', path: 'pod.yaml', ruleName: '' };
    const containers = [view({ ...pod, tool: 'trivy', rule: 'KSV017', startLine: 10, endLine: 14 }), view({ ...pod, tool: 'trivy', rule: 'KSV017', startLine: 15, endLine: 39 })];
    const all = view({ ...pod, tool: 'checkov', rule: 'CKV_K8S_16', startLine: 1, endLine: 40 });
    expect(groups([...containers, all])).toHaveLength(3);
    expect(groups([containers[0] as View, all])).toHaveLength(1);
  });

  it('a missing instruction is about the file', () => {
    const file = { path: 'Dockerfile' };
    expect(joinOf(iac('checkov', 'CKV_DOCKER_2', { ...file, startLine: 1, endLine: 7 }), iac('trivy', 'DS026', { ...file, startLine: 0, endLine: 0 }))).toBe('same-file');
  });

  it('a cloud resource without a file is met by its address', () => {
    const bucket = { class: 'cspm', path: '', startLine: 0, endLine: 0, resource: 'arn:aws:s3:::b' };
    expect(together(iac('checkov', 'CKV_AWS_21', bucket), iac('trivy', 'AVD-AWS-0090', bucket))).toBe(true);
  });

  const zap = (over: Partial<View> = {}): View => view({ class: 'dast', tool: 'zap', rule: '40012', ruleName: 'Cross Site Scripting (Reflected)', path: '', ...at(0), url: 'https://shop.example/users/17?q=1', method: 'GET', parameter: 'q', ...over });

  it('a route, a parameter and a kind are one flaw of a running application', () => {
    const nuclei = { tool: 'nuclei', rule: 'reflected-xss', ruleName: '', url: 'https://shop.example/users/99' };
    expect(joinOf(zap(), zap(nuclei))).toBe('same-route');
    expect(together(zap(), zap({ ...nuclei, parameter: '' }))).toBe(false);
    expect(together(zap(), zap({ ...nuclei, method: 'POST' }))).toBe(false);
    expect(together(zap(), zap({ ...nuclei, url: 'https://shop.example/orders/99' }))).toBe(false);
    expect(together(zap({ rule: '10010', ruleName: 'Cookie No HttpOnly Flag', parameter: 'sid' }), zap({ tool: 'burp', rule: '5244416', ruleName: 'Cookie without HttpOnly flag set', parameter: '' }))).toBe(true);
  });
});
