import type { FindingChanged, RiskChanged, ScanCompleted, TicketChanged } from '@throughline/contracts';

/** A row of a ClickHouse table, as JSONEachRow takes it. */
export type Row = Readonly<Record<string, unknown>>;

/** What is read of the records of findings and risks, which are long and many. */
export const FINDING_FIELDS = ['tenantId', 'findingId', 'version', 'changedAt', 'change', 'status', 'class', 'severity', 'asset', 'application', 'service', 'tools', 'regressions', 'firstSeen'] as const;
export const RISK_FIELDS = [
  'tenantId', 'findingId', 'version', 'changedAt', 'issueId', 'fix', 'score', 'band', 'formulaVersion', 'status', 'decision', 'class', 'severity', 'asset', 'application', 'service',
  'repository', 'environment', 'team', 'deployed', 'exposed', 'exposure', 'reachable', 'baseline', 'tools', 'firstSeen', 'dueAt',
] as const;
export type FindingFacts = Pick<FindingChanged, (typeof FINDING_FIELDS)[number]>;
export type RiskFacts = Pick<RiskChanged, (typeof RISK_FIELDS)[number]>;

/** One record as the rows that tell it. Versions are part of the keys, so that a repeat replaces itself. */
export function riskRow(risk: RiskFacts): Row {
  return {
    tenant_id: risk.tenantId, finding_id: risk.findingId, version: risk.version, changed_at: risk.changedAt, issue_id: risk.issueId, fix_id: risk.fix.id,
    score: risk.score, band: risk.band, formula_version: risk.formulaVersion, status: risk.status, decision: risk.decision, class: risk.class, severity: risk.severity,
    asset: risk.asset, application: risk.application, service: risk.service, repository: risk.repository, environment: risk.environment, team: risk.team,
    deployed: risk.deployed, exposed: risk.exposed, exposure: risk.exposure, reachable: risk.reachable, baseline: risk.baseline, tools: risk.tools,
    first_seen: risk.firstSeen, due_at: risk.dueAt === '' ? null : risk.dueAt,
  };
}

export function findingRow(finding: FindingFacts): Row {
  return {
    tenant_id: finding.tenantId, finding_id: finding.findingId, version: finding.version, changed_at: finding.changedAt, change: finding.change, status: finding.status,
    class: finding.class, severity: finding.severity.normalized, asset: finding.asset, application: finding.application, service: finding.service, tools: finding.tools,
    regressions: finding.regressions, first_seen: finding.firstSeen,
  };
}

export function scanRow(scan: ScanCompleted): Row {
  const { header, counts } = scan;
  return {
    tenant_id: header.tenantId, scan_id: header.scanId, scope: header.scope, sequence: header.sequence, tool: header.tool, format: header.format, asset: header.target.asset,
    application: header.target.application, service: header.target.service, status: scan.status, coverage: scan.coverage, ...counts,
    default_line: header.target.defaultLine, received_at: header.receivedAt, completed_at: scan.completedAt,
  };
}

export function ticketRow(ticket: TicketChanged): Row {
  return { tenant_id: ticket.tenantId, ticket_id: ticket.ticketId, version: ticket.version, changed_at: ticket.changedAt, fix_id: ticket.fixId, team: ticket.team, destination: ticket.destination, status: ticket.status, band: ticket.band, findings: ticket.findings.length };
}
