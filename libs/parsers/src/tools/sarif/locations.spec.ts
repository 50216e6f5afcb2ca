import { describe, expect, it } from '@jest/globals';
import { parseAll, reportOf } from '../../api/conformance-io.js';
import type { FindingDraft } from '../../api/index.js';
import { parser } from './parser.js';

interface Told {
  readonly tool?: string;
  readonly run?: object;
  readonly result?: object;
  readonly ruleId?: string;
}

async function draftOf(physicalLocation: object, { tool = 'Tool', run = {}, result = {}, ruleId = 'r' }: Told = {}): Promise<FindingDraft> {
  const log = { version: '2.1.0', runs: [{ tool: { driver: { name: tool } }, ...run, results: [{ ruleId, message: { text: 'm' }, locations: [{ physicalLocation }], ...result }] }] };
  const parsed = await parseAll(parser, reportOf(JSON.stringify(log)));
  expect(parsed.quarantined).toEqual([]);
  return parsed.drafts[0] as FindingDraft;
}
const at = async (uri: string, run: object = {}, uriBaseId?: string): Promise<string | undefined> => (await draftOf({ artifactLocation: { uri, uriBaseId } }, { run })).location?.path;
const snippet = async (region: object, contextRegion?: object): Promise<string | undefined> => (await draftOf({ artifactLocation: { uri: 'a' }, region, contextRegion })).location?.snippet;

describe('paths of a SARIF log', () => {
  it.each([
    ['./app.py', 'app.py'], ['src\\x.js', 'src/x.js'], ['.\\src\\x.js', 'src/x.js'], ['file:///src/app.js', 'app.js'], ['/home/runner/work/pay/pay/src/a.js', 'src/a.js'], ['D:\\a\\pay\\pay\\src\\a.js', 'src/a.js'],
    ['C:\\a\\b\\src\\x.js', 'C:/a/b/src/x.js'], ['src/with%20space.js', 'src/with space.js'],
  ])('%s is %s without a root', async (uri, path) => expect(await at(uri)).toBe(path));

  it.each([
    ['file:///home/jane/shop/src/a.js', { originalUriBaseIds: { ROOT: { uri: 'file:///home/jane/shop/' } } }],
    ['/home/jane/shop/src/a.js', { invocations: [{ executionSuccessful: true, workingDirectory: { uri: 'file:///home/jane/shop' } }] }],
    ['C:\\Users\\jane\\shop\\src\\a.js', { originalUriBaseIds: { ROOT: { uri: 'file:///c:/Users/jane/shop' } } }],
    ['file:///c:/Users/jane/shop/src/a.js', { invocations: [{ executionSuccessful: true, workingDirectory: { uri: 'C:\\Users\\jane\\shop\\' } }] }],
    ['file:///home/jane/my%20shop/src/a.js', { originalUriBaseIds: { ROOT: { uri: 'file:///home/jane/my%20shop/' } } }],
  ])('%s is src/a.js where the log names its root', async (uri, run) => expect(await at(uri, run)).toBe('src/a.js'));

  it('are below the bases that they name, which lie below others', async () => {
    const originalUriBaseIds = { ROOT: { uri: 'file:///work/shop/' }, PAY: { uri: 'services/pay', uriBaseId: 'ROOT' }, WEB: { uri: 'web/', uriBaseId: 'PAY' }, LOOP: { uri: 'x/', uriBaseId: 'LOOP' } };
    expect(await at('a.js', { originalUriBaseIds }, 'WEB')).toBe('services/pay/web/a.js');
    expect(await at('a.js', { originalUriBaseIds }, 'ROOT')).toBe('a.js');
    expect(await at('a.js', { originalUriBaseIds }, 'LOOP')).toMatch(/a\.js$/);
  });
});

describe('snippets of a SARIF log', () => {
  const context = { startLine: 3, endLine: 6, snippet: { text: 'three\r\nfour\r\nfive\r\nsix\r\n' } };

  it('are the region and not its context', async () => expect(await snippet({ startLine: 4, snippet: { text: 'four\r\n' } }, context)).toBe('four'));

  it('are the flagged lines of the context where the region shows none', async () => {
    expect(await snippet({ startLine: 4 }, context)).toBe('four');
    expect(await snippet({ startLine: 4, endLine: 5 }, context)).toBe('four\nfive');
  });

  it('are all flagged lines where the region shows fewer', async () => expect(await snippet({ startLine: 4, endLine: 5, snippet: { text: 'four\n' } }, context)).toBe('four\nfive'));

  it('are the whole context where nothing says which of its lines are meant', async () => {
    expect(await snippet({}, context)).toBe('three\nfour\nfive\nsix');
    expect(await snippet({ startLine: 40 }, context)).toBe('three\nfour\nfive\nsix');
    expect(await snippet({ startLine: 4 }, { snippet: { text: 'x' } })).toBe('x');
  });
});

describe('resources of Checkov in SARIF', () => {
  it.each([
    ['main.tf', 'resource "aws_s3_bucket" "logs" {\n  acl = "private"\n}', 'aws_s3_bucket.logs'],
    ['main.tf', 'data "aws_iam_policy_document" "all" {\n}', 'data.aws_iam_policy_document.all'],
    ['main.tf', 'module "vpc" {\n}', 'module.vpc'],
    ['main.tf', '  ingress {\n', ''],
    ['api/Dockerfile', 'USER root', '/api/Dockerfile.USER'],
    ['Dockerfile', 'RUN apt-get update \\\n && apt-get install -y curl', '/Dockerfile.RUN'],
    ['Dockerfile', 'FROM scratch\nUSER root', '/Dockerfile.'],
    ['k8s.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template: {}', 'Deployment.default.api'],
    ['k8s.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    name: wrong\n  name: "web"\n  namespace: shop\nspec: {}', 'Service.shop.web'],
    ['stack.yaml', '  Logs:\n    Type: AWS::S3::Bucket\n    Properties: {}', 'AWS::S3::Bucket.Logs'],
    ['.github/workflows/ci.yml', '    - run: npm ci', ''],
  ])('%s: %j is %j', async (uri, text, resource) => {
    const draft = await draftOf({ artifactLocation: { uri }, region: { startLine: 1, snippet: { text } } }, { tool: 'Checkov', ruleId: 'CKV_AWS_1' });
    expect(draft.location?.resource).toBe(resource);
  });
});

describe('what else tells results of a SARIF log apart', () => {
  it('commit and author are no fingerprint', async () => {
    const partialFingerprints = { commitSha: 'f9ec22dff2cb0d0bb2d3b2c28ec09e9e37afbf98', email: 'someone@example.org', author: 'someone', date: '2026-01-01T00:00:00Z', commitMessage: 'first commit' };
    expect((await draftOf({ artifactLocation: { uri: 'a' } }, { tool: 'gitleaks', result: { partialFingerprints } })).fingerprints).toEqual({});
  });

  it('the edition of Semgrep is no tool of its own', async () => {
    const draft = await draftOf({ artifactLocation: { uri: 'a' } }, { tool: 'Semgrep OSS', result: { fingerprints: { 'matchBasedId/v1': 'requires login' } } });
    expect(draft.rule.tool).toBe('semgrep');
    expect(draft.fingerprints).toEqual({});
  });

  it.each<[string, string, string]>([['gitleaks', 'generic-api-key', 'mN8$wq2Zr5Lp'], ['Semgrep OSS', 'generic.secrets.security.key', 'key = mN8$wq2Zr5Lp # not for you']])('a secret that %s shows is its value', async (tool, ruleId, text) => {
    const draft = await draftOf({ artifactLocation: { uri: 'a' }, region: { startLine: 1, startColumn: 7, endColumn: 19, snippet: { text } } }, { tool, ruleId });
    const bare = await draftOf({ artifactLocation: { uri: 'b' }, region: { startLine: 1, snippet: { text: '"mN8$wq2Zr5Lp"' } } }, { tool: 'kingfisher' });
    expect(draft.class).toBe('secrets');
    expect(draft.weaknesses).toEqual(['CWE-798']);
    expect(draft.secret?.hash).toBe(bare.secret?.hash);
    expect(JSON.stringify(draft)).not.toContain('mN8$wq2Zr5Lp');
  });

  it('a mask is no secret', async () => {
    expect((await draftOf({ artifactLocation: { uri: 'a' }, region: { startLine: 1, snippet: { text: 'TOKEN=ghp_****' } } }, { tool: 'gitleaks' })).secret).toBeNull();
  });

  it('errors that the tool notes make the scan partial', async () => {
    const toolExecutionNotifications = [{ level: 'error', message: { text: 'cannot parse' }, locations: [{ physicalLocation: { artifactLocation: { uri: './a.py' } } }] }, { level: 'note', message: { text: 'fine' } }];
    const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 't' } }, results: [], invocations: [{ executionSuccessful: true, toolExecutionNotifications }] }] };
    const { meta } = await parseAll(parser, reportOf(JSON.stringify(log)));
    expect(meta?.partial).toBe(true);
    expect(meta?.problems).toEqual([{ code: 'not_scanned', message: 'a.py: cannot parse', position: 'runs[0]' }]);
  });
});
