import { branchOf, commitOf, hostOf, withoutCredentials, type CiSystem } from './build.js';

const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const github: CiSystem = {
  id: 'github-actions', name: 'GitHub Actions', documented: 'https://docs.github.com/actions/reference/workflows-and-actions/variables', marks: ['GITHUB_ACTIONS', 'GITHUB_REPOSITORY'],
  read(variable, files) {
    // GITHUB_SHA of a pull request is a merge that nobody will deploy: the event's own file names head and base.
    const pull = objectOf(objectOf(files.json(variable('GITHUB_EVENT_PATH')))['pull_request']);
    const server = variable('GITHUB_SERVER_URL') || 'https://github.com';
    const page = `${server}/${variable('GITHUB_REPOSITORY')}`;
    const number = /^refs\/pull\/(\d+)\//.exec(variable('GITHUB_REF'))?.[1];
    return {
      repository: withoutCredentials(page), branch: variable('GITHUB_HEAD_REF') || branchOf(variable('GITHUB_REF')),
      commit: commitOf(textOf(objectOf(pull['head'])['sha'])) || commitOf(variable('GITHUB_SHA')), build: `${page}/actions/runs/${variable('GITHUB_RUN_ID')}`,
      pullRequest: number === undefined ? '' : `${page}/pull/${number}`, base: commitOf(textOf(objectOf(pull['base'])['sha'])),
    };
  },
};

const gitlab: CiSystem = {
  id: 'gitlab-ci', name: 'GitLab CI', documented: 'https://docs.gitlab.com/ci/variables/predefined_variables/', marks: ['GITLAB_CI', 'CI_PROJECT_PATH'],
  read(variable) {
    const page = variable('CI_PROJECT_URL') || `https://${variable('CI_SERVER_HOST')}/${variable('CI_PROJECT_PATH')}`;
    const iid = variable('CI_MERGE_REQUEST_IID');
    return {
      repository: withoutCredentials(page), branch: variable('CI_MERGE_REQUEST_SOURCE_BRANCH_NAME') || variable('CI_COMMIT_BRANCH'),
      // Pipelines for merged results run on a merge commit; only those name the head of the source branch.
      commit: commitOf(variable('CI_MERGE_REQUEST_SOURCE_BRANCH_SHA')) || commitOf(variable('CI_COMMIT_SHA')),
      build: variable('CI_PIPELINE_URL') || `${page}/-/pipelines/${variable('CI_PIPELINE_ID')}`,
      pullRequest: iid === '' ? '' : `${variable('CI_MERGE_REQUEST_PROJECT_URL') || page}/-/merge_requests/${iid}`, base: commitOf(variable('CI_MERGE_REQUEST_DIFF_BASE_SHA')),
    };
  },
};

const azure: CiSystem = {
  id: 'azure-devops', name: 'Azure DevOps', documented: 'https://learn.microsoft.com/azure/devops/pipelines/build/variables', marks: ['TF_BUILD', 'BUILD_BUILDID'],
  read(variable) {
    const collection = variable('SYSTEM_COLLECTIONURI') || variable('SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
    const project = encodeURIComponent(variable('SYSTEM_TEAMPROJECT'));
    const repository = withoutCredentials(variable('BUILD_REPOSITORY_URI'));
    const number = variable('SYSTEM_PULLREQUEST_PULLREQUESTNUMBER');
    const id = variable('SYSTEM_PULLREQUEST_PULLREQUESTID');
    const pullRequest = number !== '' ? `https://${repository}/pull/${number}` : id === '' ? '' : `https://${repository}/pullrequest/${id}`;
    return {
      repository, branch: branchOf(variable('SYSTEM_PULLREQUEST_SOURCEBRANCH')) || branchOf(variable('BUILD_SOURCEBRANCH')),
      commit: commitOf(variable('SYSTEM_PULLREQUEST_SOURCECOMMITID')) || commitOf(variable('BUILD_SOURCEVERSION')),
      // The page of a build is `…/_build/results?buildId=7`: without the query all builds would be one.
      build: collection === '' ? '' : `build:${collection.replace(/^https?:\/\//, '').replace(/\/*$/, '')}/${project}/_build/${variable('BUILD_BUILDID')}`,
      pullRequest, base: '',
    };
  },
};

const jenkins: CiSystem = {
  id: 'jenkins', name: 'Jenkins', documented: 'https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables', marks: ['JENKINS_HOME', 'BUILD_NUMBER'],
  read: (variable) => ({
    repository: withoutCredentials(variable('GIT_URL') || variable('GIT_URL_1')),
    // Multibranch jobs call a pull request PR-7 in BRANCH_NAME; the Git plug-in writes origin/main.
    branch: variable('CHANGE_BRANCH') || (/^PR-\d+$/.test(variable('BRANCH_NAME')) ? '' : variable('BRANCH_NAME')) || branchOf(variable('GIT_BRANCH').replace(/^origin\//, '')),
    commit: commitOf(variable('GIT_COMMIT')), build: variable('BUILD_URL'), pullRequest: variable('CHANGE_URL'), base: '',
  }),
};

const bitbucket: CiSystem = {
  id: 'bitbucket', name: 'Bitbucket Pipelines', documented: 'https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/', marks: ['BITBUCKET_BUILD_NUMBER', 'BITBUCKET_REPO_FULL_NAME'],
  read(variable) {
    const page = `https://bitbucket.org/${variable('BITBUCKET_REPO_FULL_NAME')}`;
    const id = variable('BITBUCKET_PR_ID');
    return {
      repository: withoutCredentials(variable('BITBUCKET_GIT_HTTP_ORIGIN') || page), branch: variable('BITBUCKET_BRANCH'), commit: commitOf(variable('BITBUCKET_COMMIT')),
      build: `${page}/pipelines/results/${variable('BITBUCKET_BUILD_NUMBER')}`, pullRequest: id === '' ? '' : `${page}/pull-requests/${id}`,
      base: commitOf(variable('BITBUCKET_PR_DESTINATION_COMMIT')),
    };
  },
};

const circle: CiSystem = {
  id: 'circleci', name: 'CircleCI', documented: 'https://circleci.com/docs/reference/variables/', marks: ['CIRCLECI', 'CIRCLE_SHA1'],
  read: (variable) => ({
    repository: withoutCredentials(variable('CIRCLE_REPOSITORY_URL')), branch: variable('CIRCLE_BRANCH').startsWith('pull/') ? '' : variable('CIRCLE_BRANCH'),
    commit: commitOf(variable('CIRCLE_SHA1')), build: variable('CIRCLE_BUILD_URL'), pullRequest: variable('CIRCLE_PULL_REQUEST'), base: '',
  }),
};

const codebuild: CiSystem = {
  id: 'codebuild', name: 'AWS CodeBuild', documented: 'https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html', marks: ['CODEBUILD_BUILD_ID', 'CODEBUILD_BUILD_ARN'],
  read(variable) {
    const repository = withoutCredentials(variable('CODEBUILD_SOURCE_REPO_URL'));
    const [trigger = '', ...rest] = variable('CODEBUILD_WEBHOOK_TRIGGER').split('/');
    // arn:aws:codebuild:<region>:<account>:build/<project>:<id>
    const [, partition = '', , region = '', account = '', project = '', id = ''] = variable('CODEBUILD_BUILD_ARN').split(':');
    return {
      repository, branch: branchOf(variable('CODEBUILD_WEBHOOK_HEAD_REF')) || (trigger === 'branch' ? rest.join('/') : ''), commit: commitOf(variable('CODEBUILD_RESOLVED_SOURCE_VERSION')),
      build: `build:codebuild.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}/${account}/${project.replace(/^build\//, '')}/${id}`,
      pullRequest: trigger === 'pr' ? rest.join('/') : '', base: '',
    };
  },
};

const cloudbuild: CiSystem = {
  id: 'cloud-build', name: 'Google Cloud Build', documented: 'https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values', marks: ['BUILD_ID', 'PROJECT_ID', 'COMMIT_SHA'],
  read(variable) {
    // The substitutions reach a step only with `options: {automapSubstitutions: true}`. They name no host but for pull requests.
    const head = variable('_HEAD_REPO_URL');
    const full = variable('REPO_FULL_NAME');
    const repository = head === '' ? '' : full === '' ? withoutCredentials(head) : `${hostOf(head)}/${full}`;
    const number = variable('_PR_NUMBER');
    return {
      repository, branch: variable('_HEAD_BRANCH') || variable('BRANCH_NAME'), commit: commitOf(variable('COMMIT_SHA')),
      build: `build:cloudbuild.googleapis.com/${variable('PROJECT_ID')}/${variable('LOCATION') || 'global'}/${variable('BUILD_ID')}`, pullRequest: number, base: '',
    };
  },
};

/** In order: the first whose marks are all set. Cloud Build's are the least telling and come last. */
export const CI_SYSTEMS: readonly CiSystem[] = [github, gitlab, azure, bitbucket, circle, codebuild, jenkins, cloudbuild];
