import { derivedId, type RiskChanged } from '@throughline/contracts';
import { tenantId, type Clock, type TenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, type BatchHandler, type Unit } from '@throughline/stream';
import { snapshotOf } from '../domain/content.js';
import { ruleFor, type RoutingRule } from '../domain/rule.js';
import { rulesOf } from '../persistence/config.repository.js';
import { insertTickets, membershipOf, upsertMembers, type MemberWrite, type NewTicket } from '../persistence/ticket.repository.js';

/** Changes of one scan come in many records: waiting this long makes them one push to the destination. */
const SETTLE_MS = 2_000;
export const SYNC = 'ticket.sync';

/** Load → decide → save → schedule: keeps a row only for findings that a rule selects or selected once. */
export function createRiskChangedHandler(clock: Clock): BatchHandler<RiskChanged> {
  return async (records, unit) => {
    const byTenant = Map.groupBy(records.map((record) => record.value), (risk) => tenantId(risk.tenantId));
    for (const tenant of [...byTenant.keys()].sort()) await routeRisks(unit, tenant, latest(byTenant.get(tenant) ?? []), clock.now());
    return done;
  };
}

async function routeRisks(unit: Unit, tenant: TenantId, risks: readonly RiskChanged[], now: Date): Promise<void> {
  const rules = await rulesOf(unit, tenant);
  const membership = await membershipOf(unit, tenant, risks.map((risk) => risk.findingId));
  if (rules.length === 0 && membership.size === 0) return;
  const tickets = new Map<string, NewTicket>();
  const members: MemberWrite[] = [];
  const touched = new Set<string>();
  for (const risk of risks) {
    const known = membership.get(risk.findingId);
    if (known && known.riskVersion >= risk.version) continue;
    const ticketId = ticketFor(tenant, risk, rules, known, tickets);
    if (ticketId === undefined) continue;
    members.push({ ticketId, riskVersion: risk.version, snapshot: snapshotOf(risk) });
    touched.add(ticketId);
    if (known) touched.add(known.ticketId);
  }
  if (members.length === 0) return;
  await insertTickets(unit, tenant, [...tickets.values()], now);
  await upsertMembers(unit, tenant, members);
  await scheduleDue(unit, ...[...touched].map((ticketId) => ({ kind: SYNC, key: `${tenant}:${ticketId}`, tenantId: tenant, dueAt: new Date(now.getTime() + SETTLE_MS), payload: { ticketId } })));
}

/** The ticket of a finding: its own while its fix is the same, else one by the rules; none for what no rule selects. */
function ticketFor(tenant: TenantId, risk: RiskChanged, rules: readonly RoutingRule[], known: { readonly ticketId: string; readonly fixId: string; readonly destination: string } | undefined, tickets: Map<string, NewTicket>): string | undefined {
  if (known?.fixId === risk.fix.id) return known.ticketId;
  const rule = ruleFor(risk, rules);
  if (!rule) return known?.ticketId;
  const ticketId = derivedId(`${tenant}|${risk.fix.id}`, 'ticket', rule.destination);
  tickets.set(ticketId, { ticketId, fixId: risk.fix.id, destination: rule.destination, team: risk.team, title: risk.fix.title, band: risk.band });
  return ticketId;
}

function latest(risks: readonly RiskChanged[]): readonly RiskChanged[] {
  const byFinding = new Map<string, RiskChanged>();
  for (const risk of risks) if ((byFinding.get(risk.findingId)?.version ?? 0) < risk.version) byFinding.set(risk.findingId, risk);
  return [...byFinding.values()];
}
