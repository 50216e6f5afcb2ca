import { looseText, severityOf, severityOfScore, sub, type Fields, type MappedSeverity } from '../../api/index.js';
import type { SarifRule } from './rules.js';

/** SARIF's own levels (§3.27.10). They say how serious a result is for its tool, which is why words of a tool go first. */
export const LEVELS = { error: 'high', warning: 'medium', note: 'low', none: 'info' } as const;

/** Properties in which tools put a severity of their own, on the result. */
const WORD_PROPERTIES = ['issue_severity', 'zizmor/severity', 'cvssv3_baseSeverity', 'severity', 'Severity'] as const;

/**
 * Severity of a result, in this order: `security-severity` (a CVSS-like number; GitHub's convention) of the result, of
 * the rule; the tool's own word; the level: of the result, of the rule's configuration, else `warning`, or `none` for a
 * result whose kind is not `fail` (§3.27.10).
 */
export function severityOfResult(result: Fields, rule: SarifRule | undefined): MappedSeverity {
  const properties = sub(result, 'properties');
  const number = looseText(properties, 'security-severity') || rule?.securitySeverity || '';
  const score = Number(number);
  if (number !== '' && score >= 0 && score <= 10) return severityOfScore(score, number, 'sarif.security-severity');
  const named = severityOf(number, {}, '');
  if (named.normalized !== 'unknown') return { ...named, rule: 'sarif.security-severity' };
  for (const name of WORD_PROPERTIES) {
    const mapped = severityOf(looseText(properties, name), {}, `sarif.properties.${name}`);
    if (mapped.normalized !== 'unknown') return { ...mapped, rule: `sarif.properties.${name}` };
  }
  const word = rule && severityOf(rule.severityWord, {}, '');
  if (word && word.normalized !== 'unknown') return { ...word, rule: 'sarif.rule.properties.severity' };
  const kind = looseText(result, 'kind');
  const level = looseText(result, 'level') || (kind !== '' && kind !== 'fail' ? 'none' : rule?.level || 'warning');
  return severityOf(level, LEVELS, looseText(result, 'level') ? 'sarif.level' : 'sarif.level.default');
}
