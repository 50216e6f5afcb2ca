import type { FindingClass } from '@throughline/domain';

/** Class of a finding by the name of the tool that wrote the SARIF; the first match wins. Tools that are not here count as sast. */
const BY_TOOL: readonly (readonly [RegExp, FindingClass])[] = [
  [/gitleaks|trufflehog|kingfisher|detect-secrets|ggshield|gitguardian|nosey ?parker|secret/, 'secrets'],
  [/checkov|tfsec|terrascan|kics|hadolint|zizmor|actionlint|kube-?linter|kube-?score|polaris|cfn-(?:lint|nag)|snyk iac|kubesec|kubescape|dockle|regula|conftest|template-analyzer|terraform/, 'iac'],
  [/snyk container|docker scout|clair|anchore|dockle/, 'container'],
  [/snyk open ?source|grype|osv-scanner|dependency-check|npm.?audit|pip-audit|govulncheck|cargo-audit|bundler-audit|retire|trivy|socket|safety|xray|nancy|auditjs/, 'sca'],
  [/zap|burp|nuclei|nikto|wapiti|arachni|dast|stackhawk|invicti|acunetix/, 'dast'],
  [/prowler|scoutsuite|cloudsploit|steampipe|powerpipe/, 'cspm'],
];

/** What the rule itself says outranks the tool: Trivy and Checkov write several classes into one run. */
export function classOf(tool: string, ruleId: string, ruleName: string, isVulnerability: boolean): FindingClass {
  const name = tool.toLowerCase();
  // Semgrep's registry keeps its rules about secrets in folders of that name.
  if (/^(?:CKV\d?_SECRET_|secret)|^[\w.-]*\.secrets\./i.test(ruleId) || ruleName === 'Secret') return 'secrets';
  if (ruleName === 'OsPackageVulnerability') return 'container';
  if (ruleName === 'Misconfiguration' || /^(?:AVD-|KSV-?\d|DS-?\d|CKV\d?_)/.test(ruleId) && !isVulnerability) return 'iac';
  const known = BY_TOOL.find(([pattern]) => pattern.test(name))?.[1];
  if (known !== undefined) return known;
  return isVulnerability ? 'sca' : 'sast';
}
