/** Where a ticket stands with us (`status` of the API) and what is known of its counterpart. */
export type TicketStatus = 'pending' | 'open' | 'in-verification' | 'done' | 'closed' | 'failed' | 'parked';

export interface TicketState {
  readonly status: TicketStatus;
  /** Key at the destination; empty before the first answer. */
  readonly externalKey: string;
  /** Open or closed at the destination, as last answered. */
  readonly externalStatus: 'open' | 'closed' | 'none';
  /** Hash of the content that the destination has; empty before the first answer. */
  readonly sentHash: string;
}

/** A finding of the ticket as it is now. */
export interface Member {
  readonly status: string;
  /** An exception in force takes the finding out of the work. */
  readonly decision: string;
}

export type Command = 'create' | 'update' | 'close' | 'reopen' | 'none';
export interface Plan { readonly command: Command; readonly status: TicketStatus }

/**
 * What brings the destination to the state of the findings. A ticket is done when scans show every member fixed (or its
 * asset retired, or decided away); it waits in verification when nothing is open and something was absent once.
 */
export function planOf(ticket: TicketState, members: readonly Member[], contentHash: string): Plan {
  const want = wantedStatus(members);
  const finished = want === 'done' || want === 'closed';
  if (ticket.externalKey === '') return finished ? { command: 'none', status: 'closed' } : { command: 'create', status: want };
  if (finished) return { command: ticket.externalStatus === 'closed' ? 'none' : 'close', status: want };
  if (ticket.externalStatus === 'closed') return { command: 'reopen', status: want };
  return { command: ticket.sentHash === contentHash ? 'none' : 'update', status: want };
}

/** `done`: proven by scans; `closed`: nothing left to do, though not by a fix alone. What is retired leaves nothing to do. */
export function wantedStatus(members: readonly Member[]): 'open' | 'in-verification' | 'done' | 'closed' {
  const work = members.filter((member) => member.decision === '' && member.status !== 'retired');
  if (work.some((member) => member.status === 'open' || member.status === 'reopened')) return 'open';
  if (work.some((member) => member.status === 'awaiting-verification')) return 'in-verification';
  return work.length > 0 && work.every((member) => member.status === 'fixed') ? 'done' : 'closed';
}
