import { describe, expect, it } from '@jest/globals';
import { withoutCredentials } from './build.js';
import { detectBuild } from './detect.js';

const SHA = 'ffac537e6cbbf934b08745a378932722df287a53';
const HEAD = '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c';
const BASE = '9049f1265b7d61be4a8904a9a27120d2064dab3b';

type Case = readonly [name: string, variables: Readonly<Record<string, string>>, expected: Readonly<Record<string, string>>, files?: Readonly<Record<string, unknown>>];

const githubCommon = {
  CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/pay', GITHUB_RUN_ID: '1658821493', GITHUB_RUN_ATTEMPT: '2', GITHUB_RUN_NUMBER: '3',
  GITHUB_SHA: SHA, GITHUB_EVENT_PATH: '/github/workflow/event.json', GITHUB_WORKFLOW: 'build', GITHUB_ACTOR: 'octocat', GITHUB_JOB: 'scan',
};
const gitlabCommon = {
  CI: 'true', GITLAB_CI: 'true', CI_SERVER_HOST: 'gitlab.example', CI_SERVER_URL: 'https://gitlab.example', CI_PROJECT_PATH: 'group/sub/pay', CI_PROJECT_URL: 'https://gitlab.example/group/sub/pay', CI_COMMIT_SHA: SHA,
  CI_PIPELINE_ID: '4711', CI_PIPELINE_URL: 'https://gitlab.example/group/sub/pay/-/pipelines/4711', CI_JOB_ID: '98', CI_DEFAULT_BRANCH: 'main',
};
const azureCommon = {
  TF_BUILD: 'True', BUILD_BUILDID: '77', BUILD_BUILDNUMBER: '20260301.1', BUILD_SOURCEVERSION: SHA, BUILD_REPOSITORY_NAME: 'pay', SYSTEM_TEAMPROJECT: 'Shop Floor', SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
  BUILD_REPOSITORY_PROVIDER: 'TfsGit', BUILD_REPOSITORY_URI: 'https://acme@dev.azure.com/acme/shop/_git/pay',
};
const jenkinsCommon = {
  JENKINS_HOME: '/var/jenkins_home', JENKINS_URL: 'https://ci.example/', BUILD_NUMBER: '12', BUILD_ID: '12', JOB_NAME: 'pay/main', BUILD_URL: 'https://ci.example/job/pay/job/main/12/',
  GIT_URL: 'https://user:s3cret@git.example/acme/pay.git', GIT_COMMIT: SHA,
};
const bitbucketCommon = {
  CI: 'true', BITBUCKET_BUILD_NUMBER: '8', BITBUCKET_REPO_FULL_NAME: 'acme/pay', BITBUCKET_WORKSPACE: 'acme', BITBUCKET_REPO_SLUG: 'pay', BITBUCKET_COMMIT: SHA, BITBUCKET_GIT_HTTP_ORIGIN: 'http://bitbucket.org/acme/pay',
};
const circleCommon = { CI: 'true', CIRCLECI: 'true', CIRCLE_SHA1: SHA, CIRCLE_REPOSITORY_URL: 'git@github.com:acme/pay.git', CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/pay/42', CIRCLE_BUILD_NUM: '42', CIRCLE_PROJECT_REPONAME: 'pay' };
const codebuildCommon = {
  CODEBUILD_BUILD_ID: 'pay-build:0a1b2c3d-1111-2222-3333-444455556666', CODEBUILD_BUILD_ARN: 'arn:aws:codebuild:eu-central-1:111122223333:build/pay-build:0a1b2c3d-1111-2222-3333-444455556666', CODEBUILD_BUILD_NUMBER: '5',
  CODEBUILD_SOURCE_REPO_URL: 'https://github.com/acme/pay.git', CODEBUILD_RESOLVED_SOURCE_VERSION: SHA, CODEBUILD_INITIATOR: 'GitHub-Hookshot/abc', AWS_REGION: 'eu-central-1',
};
const cloudbuildCommon = { BUILD_ID: 'c5d1a3f0-0000-4000-8000-000000000001', PROJECT_ID: 'acme-prod', LOCATION: 'europe-west1', COMMIT_SHA: SHA, REVISION_ID: SHA, SHORT_SHA: SHA.slice(0, 7), REPO_NAME: 'pay', REPO_FULL_NAME: 'acme/pay' };

const event = { '/github/workflow/event.json': { pull_request: { number: 7, head: { sha: HEAD, ref: 'feature' }, base: { sha: BASE, ref: 'main' } } } };
const github = { system: 'GitHub Actions', repository: 'github.com/acme/pay', build: 'https://github.com/acme/pay/actions/runs/1658821493' };
const gitlab = { system: 'GitLab CI', repository: 'gitlab.example/group/sub/pay', build: gitlabCommon.CI_PIPELINE_URL };
const azure = { system: 'Azure DevOps', repository: 'dev.azure.com/acme/shop/_git/pay', build: 'build:dev.azure.com/acme/Shop%20Floor/_build/77' };
const jenkins = { system: 'Jenkins', repository: 'git.example/acme/pay', build: jenkinsCommon.BUILD_URL };
const bitbucket = { system: 'Bitbucket Pipelines', repository: 'bitbucket.org/acme/pay', build: 'https://bitbucket.org/acme/pay/pipelines/results/8' };
const circle = { system: 'CircleCI', repository: 'github.com/acme/pay', build: circleCommon.CIRCLE_BUILD_URL };
const codebuild = { system: 'AWS CodeBuild', repository: 'github.com/acme/pay', build: 'build:codebuild.eu-central-1.amazonaws.com/111122223333/pay-build/0a1b2c3d-1111-2222-3333-444455556666' };
const cloudbuild = { system: 'Google Cloud Build', build: 'build:cloudbuild.googleapis.com/acme-prod/europe-west1/c5d1a3f0-0000-4000-8000-000000000001' };

const CASES: readonly Case[] = [
  ['GitHub Actions, push', { ...githubCommon, GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main', GITHUB_REF_TYPE: 'branch', GITHUB_HEAD_REF: '', GITHUB_BASE_REF: '' }, { ...github, branch: 'main', commit: SHA }],
  ['GitHub Actions, pull request: the head, not the merge', { ...githubCommon, GITHUB_REF: 'refs/pull/7/merge', GITHUB_HEAD_REF: 'feature', GITHUB_BASE_REF: 'main' }, { ...github, branch: 'feature', commit: HEAD, base: BASE, pullRequest: 'https://github.com/acme/pay/pull/7' }, event],
  ['GitHub Actions, pull request whose event cannot be read', { ...githubCommon, GITHUB_REF: 'refs/pull/7/merge', GITHUB_HEAD_REF: 'feature' }, { ...github, branch: 'feature', commit: SHA, pullRequest: 'https://github.com/acme/pay/pull/7' }],
  ['GitHub Actions, tag on an Enterprise server', { ...githubCommon, GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_REF: 'refs/tags/v1', GITHUB_REF_TYPE: 'tag' }, { ...github, repository: 'ghe.example/acme/pay', build: 'https://ghe.example/acme/pay/actions/runs/1658821493', commit: SHA }],
  ['GitLab CI, branch', { ...gitlabCommon, CI_COMMIT_BRANCH: 'main' }, { ...gitlab, branch: 'main', commit: SHA }],
  ['GitLab CI, tag', { ...gitlabCommon, CI_COMMIT_TAG: 'v1' }, { ...gitlab, commit: SHA }],
  ['GitLab CI, merge request', { ...gitlabCommon, CI_MERGE_REQUEST_IID: '3', CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example/group/sub/pay', CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature', CI_MERGE_REQUEST_DIFF_BASE_SHA: BASE, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD },
    { ...gitlab, branch: 'feature', commit: HEAD, base: BASE, pullRequest: 'https://gitlab.example/group/sub/pay/-/merge_requests/3' }],
  ['Azure DevOps, branch', { ...azureCommon, BUILD_SOURCEBRANCH: 'refs/heads/main', BUILD_SOURCEBRANCHNAME: 'main' }, { ...azure, branch: 'main', commit: SHA }],
  ['Azure DevOps, pull request of Azure Repos', { ...azureCommon, BUILD_SOURCEBRANCH: 'refs/pull/9/merge', SYSTEM_PULLREQUEST_PULLREQUESTID: '9', SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/feature', SYSTEM_PULLREQUEST_SOURCECOMMITID: HEAD },
    { ...azure, branch: 'feature', commit: HEAD, pullRequest: 'https://dev.azure.com/acme/shop/_git/pay/pullrequest/9' }],
  ['Azure DevOps, pull request of GitHub', { ...azureCommon, BUILD_REPOSITORY_URI: 'https://github.com/acme/pay', BUILD_SOURCEBRANCH: 'refs/pull/7/merge', SYSTEM_PULLREQUEST_PULLREQUESTID: '99999', SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '7', SYSTEM_PULLREQUEST_SOURCEBRANCH: 'feature' },
    { ...azure, repository: 'github.com/acme/pay', branch: 'feature', commit: SHA, pullRequest: 'https://github.com/acme/pay/pull/7' }],
  ['Jenkins, Git plug-in', { ...jenkinsCommon, GIT_BRANCH: 'origin/main' }, { ...jenkins, branch: 'main', commit: SHA }],
  ['Jenkins, multibranch pull request', { ...jenkinsCommon, GIT_BRANCH: 'PR-7', BRANCH_NAME: 'PR-7', CHANGE_ID: '7', CHANGE_URL: 'https://git.example/acme/pay/pull/7', CHANGE_BRANCH: 'feature', CHANGE_TARGET: 'main' },
    { ...jenkins, branch: 'feature', commit: SHA, pullRequest: 'https://git.example/acme/pay/pull/7' }],
  ['Bitbucket, branch', { ...bitbucketCommon, BITBUCKET_BRANCH: 'main' }, { ...bitbucket, branch: 'main', commit: SHA }],
  ['Bitbucket, pull request: a short id of the destination is no base', { ...bitbucketCommon, BITBUCKET_BRANCH: 'feature', BITBUCKET_PR_ID: '7', BITBUCKET_PR_DESTINATION_COMMIT: BASE.slice(0, 12) }, { ...bitbucket, branch: 'feature', commit: SHA, pullRequest: 'https://bitbucket.org/acme/pay/pull-requests/7' }],
  ['CircleCI, branch', { ...circleCommon, CIRCLE_BRANCH: 'main' }, { ...circle, branch: 'main', commit: SHA }],
  ['CircleCI, pull request of a fork', { ...circleCommon, CIRCLE_BRANCH: 'pull/7', CIRCLE_PR_NUMBER: '7', CIRCLE_PULL_REQUEST: 'https://github.com/acme/pay/pull/7' }, { ...circle, commit: SHA, pullRequest: 'https://github.com/acme/pay/pull/7' }],
  ['CodeBuild, webhook push', { ...codebuildCommon, CODEBUILD_WEBHOOK_HEAD_REF: 'refs/heads/main', CODEBUILD_WEBHOOK_TRIGGER: 'branch/main' }, { ...codebuild, branch: 'main', commit: SHA }],
  ['CodeBuild, webhook pull request', { ...codebuildCommon, CODEBUILD_WEBHOOK_HEAD_REF: 'refs/heads/feature', CODEBUILD_WEBHOOK_BASE_REF: 'refs/heads/main', CODEBUILD_WEBHOOK_TRIGGER: 'pr/7' }, { ...codebuild, branch: 'feature', commit: SHA, pullRequest: '7' }],
  ['Cloud Build, branch: no host is said', { ...cloudbuildCommon, BRANCH_NAME: 'main', REF_NAME: 'main' }, { ...cloudbuild, branch: 'main', commit: SHA }],
  ['Cloud Build, pull request', { ...cloudbuildCommon, _HEAD_BRANCH: 'feature', _BASE_BRANCH: 'main', _HEAD_REPO_URL: 'https://github.com/someone/pay', _PR_NUMBER: '7' }, { ...cloudbuild, repository: 'github.com/acme/pay', branch: 'feature', commit: SHA, pullRequest: '7' }],
];

describe('the build that the program runs in', () => {
  it.each(CASES)('%s', (_name, variables, expected, files = {}) => {
    const empty = { repository: '', branch: '', commit: '', build: '', pullRequest: '', base: '' };
    expect(detectBuild(variables, { json: (path) => files[path] })).toEqual({ ...empty, ...expected });
  });

  it('is none on a machine that is no CI system, and none when only half of its marks are set', () => {
    expect(detectBuild({ CI: 'true', PATH: '/bin', BUILD_ID: '3', BUILD_NUMBER: '3' })).toBeUndefined();
  });

  it('holds nothing that a CI system hides in an address', () => {
    for (const address of ['https://gitlab-ci-token:glcbt-64_secret@gitlab.example/group/pay.git', 'https://x-access-token:secret@github.com/acme/pay', 'ssh://git@git.example:7999/acme/pay.git', 'git@github.com:acme/pay.git']) {
      expect(withoutCredentials(address)).not.toMatch(/secret|@|\.git$/);
    }
    expect(withoutCredentials('ssh://git@git.example:7999/acme/pay.git')).toBe('git.example:7999/acme/pay');
  });
});
