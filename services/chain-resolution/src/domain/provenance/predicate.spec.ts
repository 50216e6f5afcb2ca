import { describe, expect, it } from '@jest/globals';
import { provenanceOf } from './predicate.js';

const SHA = 'a'.repeat(40);
const V1 = 'https://slsa.dev/provenance/v1';
const V02 = 'https://slsa.dev/provenance/v0.2';
const v1 = (externalParameters: object, resolvedDependencies: unknown, invocationId = ''): Record<string, unknown> =>
  ({ buildDefinition: { externalParameters, resolvedDependencies }, runDetails: { builder: { id: 'b' }, metadata: { invocationId, startedOn: '2026-01-01T00:00:00Z' } } });
const git = (uri: string, digest: object = { gitCommit: SHA }): object => ({ uri, digest });
const workflow = { workflow: { repository: 'https://github.com/Acme/Pay', ref: 'refs/heads/main', path: '.github/workflows/a.yml' } };

describe('predicates', () => {
  it.each<[string, string, Record<string, unknown>, object]>([
    ['GitHub', V1, v1(workflow, [git('git+https://github.com/Acme/Pay@refs/heads/main')], 'https://github.com/Acme/Pay/actions/runs/12/attempts/3'),
      { repository: 'github.com/acme/pay', commit: SHA, ref: 'refs/heads/main', build: 'build:github.com/acme/pay/actions/runs/12', workflow: '.github/workflows/a.yml', startedAt: Date.parse('2026-01-01T00:00:00Z') }],
    ['the named source among several', V1, v1(workflow, [git('git+https://github.com/lib/x@v1', { gitCommit: 'b'.repeat(40) }), git('git+https://github.com/acme/pay@main')]), { repository: 'github.com/acme/pay', commit: SHA }],
    ['several sources and none named: not said', V1, v1({}, [git('git+https://github.com/lib/x@v1', { gitCommit: 'b'.repeat(40) }), git('git+https://github.com/acme/pay@main')]), { repository: '', commit: '' }],
    ['a named source whose commit is not among the dependencies', V1, v1(workflow, []), { repository: 'github.com/acme/pay', commit: '' }],
    ['a run of another repository is no run of this one', V1, v1(workflow, [git('git+https://github.com/acme/pay')], 'https://github.com/evil/x/actions/runs/1/attempts/1'), { repository: 'github.com/acme/pay', build: '' }],
    ['GitLab', V1, v1({ source: 'https://gitlab.com/acme/group/pay' }, [git('https://gitlab.com/acme/group/pay', { sha256: SHA })], 'https://gitlab.com/acme/group/pay/-/jobs/9'),
      { repository: 'gitlab.com/acme/group/pay', commit: SHA, build: 'build:gitlab.com/acme/group/pay/-/jobs/9' }],
    ['a monorepo', V1, v1({ ...workflow, inputs: { 'working-directory': './services/pay/' } }, [git('git+https://github.com/acme/pay')]), { subPath: 'services/pay' }],
    ['a path that leads out', V1, v1({ ...workflow, inputs: { directory: '../../etc' } }, []), { subPath: '' }],
    ['Tekton', V02, { builder: { id: 't' }, buildType: 'tekton.dev/v1', invocation: { configSource: { uri: 'git+https://github.com/acme/pay.git', digest: { sha1: SHA } }, parameters: { subdirectory: 'services/a' } }, materials: [git('pkg:docker/x', { sha256: 'f'.repeat(64) })] },
      { repository: 'github.com/acme/pay', commit: SHA, subPath: 'services/a', build: '' }],
    ['BuildKit with a directory', V02, { invocation: { configSource: { uri: 'https://github.com/acme/mono.git#main:services/pay', digest: { sha1: SHA } } } }, { repository: 'github.com/acme/mono', commit: SHA, ref: 'main', subPath: 'services/pay' }],
    ['ssh', V02, { materials: [git('git+ssh://git@git.example:2222/acme/pay.git', { sha1: SHA })] }, { repository: 'git.example:2222/acme/pay', commit: SHA }],
    ['a download is no source', V02, { materials: [git('https://example.com/files/tool.tar.gz', { sha1: SHA })] }, { repository: '', commit: '' }],
  ])('%s', (_, type, predicate, expected) => {
    expect(provenanceOf(type, predicate)).toMatchObject(expected);
  });
  it('other kinds of predicates say nothing of origin, and wrong shapes nothing at all', () => {
    expect(provenanceOf('https://spdx.dev/Document', {})).toBeUndefined();
    for (const shape of [{}, { buildDefinition: 1, runDetails: [] }, v1({ workflow: 3 }, 'x'), v1({}, [1, null, git('x')])]) expect(provenanceOf(V1, shape as never)).toMatchObject({ repository: '', commit: '', build: '' });
  });
});
