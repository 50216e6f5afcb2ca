/** Every scanner of the bench, pinned. Another version is another bench: the published table names these. */
export const PYTHON_SCANNERS = {
  bandit: 'bandit[sarif]==1.9.4',
  semgrep: 'semgrep==1.176.0',
  njsscan: 'njsscan==1.0.2',
  ruff: 'ruff==0.17.6',
  'detect-secrets': 'detect-secrets==1.5.0',
} as const;

export const NODE_SCANNERS = { eslint: '10.15.0', 'eslint-plugin-security': '4.1.0', '@microsoft/eslint-formatter-sarif': '3.1.0' } as const;

export const GO_SCANNERS = {
  gosec: 'github.com/securego/gosec/v2/cmd/gosec@v2.30.0',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
} as const;

/** Real packages that carry mutations: nothing is planted in them. */
export const CARRIERS = {
  python: ['bottle==0.13.4', 'pexpect==4.9.0', 'invoke==2.2.1', 'paramiko==4.0.0'],
  node: ['shelljs@0.10.0', 'ejs@3.1.10', 'send@1.2.0'],
} as const;
