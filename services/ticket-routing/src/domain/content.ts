import type { RiskChanged } from '@throughline/contracts';
import type { Ticket, TicketFinding } from '@throughline/ticketing/api';
import { createHash } from 'node:crypto';

/** What is kept of a risk for its ticket: content and facts, as of the risk's version. */
export interface MemberSnapshot extends TicketFinding {
  readonly decision: string;
  readonly team: string;
  readonly ownerSource: string;
  readonly application: string;
  readonly service: string;
  readonly repository: string;
  readonly exposure: string;
  readonly dueAt: string;
  readonly scanId: string;
  /** The finding that took this one over; '' or absent while it is one. */
  readonly mergedInto?: string;
  readonly fix: { readonly kind: string; readonly title: string; readonly detail: string };
}

/** Largest contributions first; the reader wants to know what drives the score. */
export function snapshotOf(risk: RiskChanged): MemberSnapshot {
  const reasons = [...risk.factors].filter((factor) => factor.contribution > 0).sort((a, b) => b.contribution - a.contribution).slice(0, 4)
    .map((factor) => `${factor.name}: ${factor.value} (+${factor.contribution})`);
  return {
    id: risk.findingId, title: risk.title, severity: risk.severity, score: risk.score, band: risk.band, status: risk.status, decision: risk.decision,
    where: placeOf(risk), identifiers: risk.identifiers.slice(0, 10), reasons, team: risk.team, ownerSource: risk.ownerSource,
    application: risk.application, service: risk.service, repository: risk.repository, exposure: risk.exposure, dueAt: risk.dueAt, scanId: risk.scanId, mergedInto: risk.mergedInto,
    fix: { kind: risk.fix.kind, title: risk.fix.title, detail: risk.fix.detail },
  };
}

function placeOf(risk: RiskChanged): string {
  const { location, component } = risk;
  if (location?.path) return location.startLine > 0 ? `${location.path}:${location.startLine}` : location.path;
  if (location?.url) return `${location.method} ${location.url}`.trim();
  return location?.resource || component?.purl || risk.asset;
}

/** Most urgent first, then by id: the same members give the same ticket in whatever order they came. */
function ordered(members: readonly MemberSnapshot[]): readonly MemberSnapshot[] {
  return [...members].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** Findings that were merged into another one say nothing beside those that live on. */
function speaking(members: readonly MemberSnapshot[]): readonly MemberSnapshot[] {
  const own = members.filter((member) => !member.mergedInto);
  return own.length > 0 ? own : members;
}

export interface TicketFrame { readonly id: string; readonly version: number; readonly marker: string; readonly link: string }

/** The ticket that these findings make; its worst live member speaks for it. */
export function ticketOf(frame: TicketFrame, all: readonly MemberSnapshot[], proof: string): Ticket {
  const members = ordered(speaking(all));
  const live = members.filter((member) => member.decision === '' && (member.status === 'open' || member.status === 'reopened'));
  const lead = live[0] ?? members[0];
  if (!lead) throw new TypeError(`ticket ${frame.id} has no finding`);
  const due = members.map((member) => member.dueAt).filter(Boolean).sort()[0] ?? '';
  return {
    ...frame, title: lead.fix.title, fix: lead.fix, team: lead.team, ownerSource: lead.ownerSource, application: lead.application, service: lead.service,
    repository: lead.repository, band: lead.band, score: lead.score, dueAt: due, exposure: lead.exposure, proof,
    findings: members.map(({ id, title, severity, score, band, status, where, identifiers, reasons }) => ({ id, title, severity, score, band, status, where, identifiers, reasons })),
  };
}

/** Hash of what a reader of the ticket sees; equal content is not sent again. */
export function contentHashOf(ticket: Ticket): string {
  const { version: _version, ...content } = ticket;
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** The receipt that closes a ticket: the scans that last judged its findings, or where its work goes on. */
export function proofOf(members: readonly MemberSnapshot[]): string {
  const survivors = [...new Set(members.map((member) => member.mergedInto ?? ''))].sort();
  if (survivors.length > 0 && !survivors.includes('')) return `This work goes on in ${survivors.length === 1 ? 'finding' : 'findings'} ${survivors.slice(0, 5).join(', ')}: two findings turned out to be one flaw.`;
  const scans = [...new Set(members.filter((member) => member.status === 'fixed').map((member) => member.scanId).filter(Boolean))].sort();
  return scans.length === 0 ? '' : `Fixed as shown by ${scans.length === 1 ? 'scan' : 'scans'} ${scans.slice(0, 5).join(', ')}.`;
}
