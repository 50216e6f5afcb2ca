import type { Ticket, TicketFinding } from './destination.js';

/** Rows shown; the rest is counted, and one link leads to all. */
const SHOWN = 20;

/**
 * The ticket as Markdown: what, why it matters here, how to fix, how it is verified. Foreign text is escaped, so that it
 * can neither format, link, mention nor close anything (FAULTS 58, 65): rendering is by fixed code, no template.
 */
export function renderMarkdown(ticket: Ticket, maxBody: number): string {
  const open = ticket.findings.filter((finding) => isLive(finding.status));
  const lines = [
    `**${capitalize(ticket.band)}**, risk ${ticket.score.toFixed(0)} of 100. ${facts(ticket)}`,
    '', '### Fix', '', escape(ticket.fix.title), ...(ticket.fix.detail ? ['', fence(ticket.fix.detail)] : []),
    '', `### What it closes (${open.length} open of ${ticket.findings.length})`, '',
    '| | Finding | Where | Risk |', '|---|---|---|---|',
    ...ticket.findings.slice(0, SHOWN).map(row),
    ...(ticket.findings.length > SHOWN ? [`| | … and ${ticket.findings.length - SHOWN} more | | |`] : []),
    '', '### Why it matters here', '', ...reasons(ticket).map((reason) => `- ${escape(reason)}`),
    '', '### How it is verified', '', 'The next complete scan that no longer shows these findings closes this ticket with its receipt; nobody needs to close it by hand.',
    ...(ticket.proof ? ['', '### Verified', '', escape(ticket.proof)] : []),
    '', `[Open in Throughline](${ticket.link})`, '', `<!-- ${ticket.marker} -->`,
  ];
  return cut(lines, maxBody, ticket.marker);
}

export function renderTitle(ticket: Ticket, maxTitle: number): string {
  const title = plain(ticket.title);
  return title.length <= maxTitle ? title : `${title.slice(0, maxTitle - 1)}…`;
}

/** Removes what could break a line or a terminal; used for titles. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').replace(/\s+/g, ' ').trim();
}

/** Foreign text as inert Markdown: active characters escaped, mentions and issue references broken. */
export function escape(text: string): string {
  return plain(text).replace(/[\\`*_{}[\]()#+\-.!|~$]/g, '\\$&').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/@/g, '@\u200b');
}

function fence(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const ticks = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${ticks}\n${text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ')}\n${ticks}`;
}

function facts(ticket: Ticket): string {
  const where = [ticket.service && `service ${escape(ticket.service)}`, ticket.application && `application ${escape(ticket.application)}`, ticket.repository && `repository ${escape(ticket.repository)}`].filter(Boolean).join(', ');
  const due = ticket.dueAt ? ` Due ${ticket.dueAt.slice(0, 10)}.` : '';
  const owner = ticket.team ? ` Owner: ${escape(ticket.team)}${ticket.ownerSource ? ` (${escape(ticket.ownerSource)})` : ''}.` : ' No owner is known.';
  return `${where ? `In ${where}.` : ''}${owner}${due} Exposure: ${ticket.exposure}.`.trim();
}

function row(finding: TicketFinding): string {
  const ids = finding.identifiers.length > 0 ? ` (${finding.identifiers.slice(0, 3).map(escape).join(', ')})` : '';
  return `| ${isLive(finding.status) ? '☐' : '☑'} | ${escape(finding.title).slice(0, 200)}${ids} | ${escape(finding.where).slice(0, 200)} | ${finding.score.toFixed(0)} ${finding.band} |`;
}

function reasons(ticket: Ticket): readonly string[] {
  const all = [...new Set(ticket.findings.flatMap((finding) => finding.reasons))];
  return all.length > 0 ? all.slice(0, 8) : ['The score is explained in Throughline.'];
}

function cut(lines: readonly string[], maxBody: number, marker: string): string {
  const body = lines.join('\n');
  const end = `\n\n<!-- ${marker} -->`;
  return body.length <= maxBody ? body : `${body.slice(0, maxBody - end.length - 1)}…${end}`;
}

export const isLive = (status: string): boolean => status === 'open' || status === 'reopened' || status === 'awaiting-verification';

const capitalize = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
