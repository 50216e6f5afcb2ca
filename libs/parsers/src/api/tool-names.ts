/**
 * Name of a tool as all of its formats are filed under, since rule and tool tell findings apart: lower case, without
 * the edition (`Semgrep OSS` and `Semgrep PRO` run the same rules, and their JSON names neither).
 */
export function toolName(name: string): string {
  const plain = name.trim().toLowerCase();
  return /^semgrep (?:oss|pro|community|ce)\b/.test(plain) ? 'semgrep' : plain;
}
