import { describe, expect, it } from '@jest/globals';
import { codeownersBySection, codeownersDialect, codeownersInOrder, codeownersOf, matchesCodeowners, parseCodeowners } from './codeowners.js';

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

  it('takes nothing from lines that GitHub refuses', () => {
    const parsed = parseCodeowners('!keep @a\n[abc]*.js\n\\#no @a\n*.md @docs not-an-owner\n');
    expect(parsed.map((rule) => [rule.pattern, rule.owners])).toEqual([['*.md', ['@docs']]]);
  });

  it('is linear on hostile patterns (FAULTS 51)', () => {
    const started = process.hrtime.bigint();
    expect(matchesCodeowners(`${'*a'.repeat(500)}!`, 'a'.repeat(10_000))).toBe(false);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500);
  });
});

describe('CODEOWNERS by the published rules of GitLab', () => {
  const owners = (text: string, path: string): string[][] => codeownersBySection(parseCodeowners(text, 'gitlab'), path).map((rule) => [...rule.owners]);

  it('decides in each section by itself (the example of its documentation)', () => {
    const text = '* @admin\n\n[README Owners]\nREADME.md @user1 @user2\ninternal/README.md @user4\n\n[README other owners]\nREADME.md @user3\n';
    expect(owners(text, 'README.md')).toEqual([['@admin'], ['@user1', '@user2'], ['@user3']]);
    expect(owners(text, 'internal/README.md')).toEqual([['@admin'], ['@user4'], ['@user3']]);
    expect(owners(text, 'app.rb')).toEqual([['@admin']]);
  });

  it('gives lines without owners those of their section', () => {
    const text = '[Documentation][2] @docs-team\ndocs/\nREADME.md\n\n^[Database] @database-team @agarcia\nmodel/db/\nconfig/db/database-setup.md @docs-team\n';
    expect(owners(text, 'a/docs/x/y.md')).toEqual([['@docs-team']]);
    expect(owners(text, 'model/db/users.rb')).toEqual([['@database-team', '@agarcia']]);
    expect(owners(text, 'config/db/database-setup.md')).toEqual([['@docs-team']]);
    expect(parseCodeowners(text).map((rule) => rule.optional)).toEqual([false, false, true, true]);
  });

  it('combines sections of one name, whatever its case', () => {
    expect(owners('[Docs]\n*.md @first\n[Ruby]\n*.rb @r\n[DOCS]\nREADME.md @second\n', 'README.md')).toEqual([['@second']]);
  });

  it('excludes for good, in its section only', () => {
    const text = '* @username\n!pom.xml\n\n[Ruby]\n*.rb @ruby-team\n!/config/**/*.rb\n/config/routes.rb @ops\n';
    expect(owners(text, 'pom.xml')).toEqual([]);
    expect(owners(text, 'config/routes.rb')).toEqual([['@username']]);
    expect(owners(text, 'app/a.rb')).toEqual([['@username'], ['@ruby-team']]);
  });

  it.each([
    ['/README.md', 'README.md', true], ['/README.md', 'docs/README.md', false], ['README.md', 'app/lib/README.md', true],
    ['internal/README.md', 'docs/api/internal/README.md', true], ['internal/README.md', 'internal/README.md', true], ['/docs/', 'docs/a/b.md', true],
    ['/docs/*.md', 'docs/a.md', true], ['/docs/*.md', 'docs/a/b.md', false], ['/docs/index.*', 'docs/index.html', true], ['/docs/*spec*', 'docs/qa_specs.rb', true],
    ['/docs/*/README.md', 'docs/api/README.md', true], ['/docs/*/README.md', 'docs/README.md', false], ['/docs/**/index.md', 'docs/index.md', true],
    ['/docs/**/index.md', 'docs/api/graphql/index.md', true], ['\\#file.rb', '#file.rb', true], ['path\\ with\\ spaces/', 'path with spaces/x', true],
  ])('%s against %s is %s', (pattern, path, expected) => {
    expect(owners(`${pattern} @owner\n`, path)).toEqual(expected ? [['@owner']] : []);
  });

  it('is told by its place or by a section', () => {
    expect([codeownersDialect('* @a', '.gitlab/CODEOWNERS'), codeownersDialect('* @a', '.github/CODEOWNERS'), codeownersDialect('[Docs] @d\n*.md'), codeownersDialect('[abc]*.js @a')])
      .toEqual(['gitlab', 'github', 'gitlab', 'github']);
  });

  it('as one list: named before unnamed, required before optional, rules for every file last', () => {
    const text = '* @default\n/ops/ @ops\n^[Maybe]\n*.sql @dba\n[Pay]\n/pay/ @pay\n/pay/web/ @web\n[All]\n* @maintainers\n';
    expect(codeownersInOrder(parseCodeowners(text)).map((rule) => rule.owners[0])).toEqual(['@web', '@pay', '@dba', '@ops', '@maintainers', '@default']);
    expect(codeownersInOrder(parseCodeowners('/a @a\n* @all\n/b @b\n')).map((rule) => rule.pattern)).toEqual(['/b', '*']);
  });
});
