import { describe, expect, it } from '@jest/globals';
import { codeownersOf, matchesCodeowners, parseCodeowners } from './codeowners.js';

/** GitHub's own example file (docs.github.com, "About code owners"), with the outcomes that its comments state. */
const EXAMPLE = `# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`;

describe('CODEOWNERS by the published rules of GitHub', () => {
  const rules = parseCodeowners(EXAMPLE);
  it.each([
    ['README.md', ['@global-owner1', '@global-owner2']],
    ['src/a/b.js', ['@js-owner']],
    ['cmd/main.go', ['docs@example.com']],
    ['notes.txt', ['@octo-org/octocats']],
    ['build/logs/today', ['@octocat']],
    ['docs/getting-started.md', ['@doctocat']],
    ['docs/build-app/troubleshooting.md', ['@doctocat']],
    ['x/apps/y/z.c', ['@octocat']],
    ['scripts/run.sh', ['@doctocat', '@octocat']],
    ['deeply/nested/logs/a', ['@octocat']],
    ['apps/github/x', []],
    ['apps/other/x', ['@octocat']],
  ])('%s', (path, owners) => expect(codeownersOf(rules, path)?.owners).toEqual(owners));

  it.each([
    ['docs/*', 'docs/a.md', true], ['docs/*', 'docs/sub/a.md', false], ['docs/*', 'x/docs/a.md', false],
    ['docs/**', 'docs/sub/a.md', true], ['docs/**', 'docs', false], ['/*.js', 'a.js', true], ['/*.js', 'src/a.js', false],
    ['**/foo/bar', 'foo/bar', true], ['a/**/b', 'a/b', true], ['a/**/b', 'a/x/y/b', true], ['apps/', 'apps', false],
    ['*', 'any/where', true], ['/src', 'src/deep/file', true], ['Docs/', 'docs/a', false], ['fi?e', 'file', true], ['**', 'a/b', true],
  ])('%s against %s is %s', (pattern, path, expected) => expect(matchesCodeowners(pattern, path)).toBe(expected));

  it('takes nothing from lines that GitHub refuses, and owners of a GitLab section for lines without', () => {
    const parsed = parseCodeowners('!keep @a\n[abc]*.js\n^[Docs][2] @docs\n*.md\n*.rst @writers\n');
    expect(parsed.map((rule) => [rule.pattern, rule.owners])).toEqual([['*.md', ['@docs']], ['*.rst', ['@writers']]]);
  });

  it('is linear on hostile patterns (FAULTS 51)', () => {
    const started = process.hrtime.bigint();
    expect(matchesCodeowners(`${'*a'.repeat(500)}!`, 'a'.repeat(10_000))).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500);
  });
});
