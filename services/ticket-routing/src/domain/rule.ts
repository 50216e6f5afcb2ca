/** Which risks become tickets, and where. Rules are asked in order of priority, then slug; the first that matches wins. */
export interface RoutingRule {
  readonly slug: string;
  readonly destination: string;
  /** Lower is asked first. */
  readonly priority: number;
  readonly enabled: boolean;
  readonly when: RuleCondition;
}

/** Each list is "any of"; an absent or empty list asks nothing. All lists must hold. */
export interface RuleCondition {
  readonly bands?: readonly string[] | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly applications?: readonly string[] | undefined;
  readonly services?: readonly string[] | undefined;
  readonly environments?: readonly string[] | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly severities?: readonly string[] | undefined;
  readonly exposures?: readonly string[] | undefined;
}

/** What a rule is asked of. */
export interface RoutableRisk {
  readonly band: string;
  readonly team: string;
  readonly application: string;
  readonly service: string;
  readonly environment: string;
  readonly class: string;
  readonly severity: string;
  readonly exposure: string;
  readonly status: string;
  readonly decision: string;
  readonly baseline: boolean;
}

const LIVE = new Set(['open', 'reopened']);

/** The rule that makes this risk a ticket; undefined for what no rule selects. A baseline or a decision makes no ticket. */
export function ruleFor(risk: RoutableRisk, rules: readonly RoutingRule[]): RoutingRule | undefined {
  if (risk.baseline || risk.decision !== '' || !LIVE.has(risk.status)) return undefined;
  return [...rules].sort((a, b) => a.priority - b.priority || (a.slug < b.slug ? -1 : 1)).find((rule) => rule.enabled && matches(risk, rule.when));
}

function matches(risk: RoutableRisk, when: RuleCondition): boolean {
  const any = (list: readonly string[] | undefined, value: string): boolean => !list || list.length === 0 || list.includes(value);
  return any(when.bands, risk.band) && any(when.teams, risk.team) && any(when.applications, risk.application) && any(when.services, risk.service)
    && any(when.environments, risk.environment) && any(when.classes, risk.class) && any(when.severities, risk.severity) && any(when.exposures, risk.exposure);
}
