/**
 * What a destination (tracker or receiver) must do for us. A ticket is a projection of a fix: its content is rendered
 * anew from the fix's findings whenever they change, and the destination is brought to it.
 */
export interface Destination {
  readonly kind: string;
  readonly capabilities: Capabilities;
  /** Looks for a ticket that carries our marker; called before a create that may have been sent already. */
  find(ticket: Ticket): Promise<ExternalTicket | undefined>;
  create(ticket: Ticket): Promise<ExternalTicket>;
  /** Brings title, body and labels of an existing ticket to this content. */
  update(key: string, ticket: Ticket): Promise<ExternalTicket>;
  /** Closes with the proof as a comment or event. */
  close(key: string, ticket: Ticket): Promise<ExternalTicket>;
  /** Opens a closed ticket again, since its flaw was seen again. */
  reopen(key: string, ticket: Ticket): Promise<ExternalTicket>;
}

export interface Capabilities {
  /** Can be searched by marker; without it a create is made safe by an idempotent event id alone. */
  readonly search: boolean;
  readonly labels: boolean;
  /** Longest title and body that it takes, in characters. */
  readonly maxTitle: number;
  readonly maxBody: number;
}

export interface ExternalTicket {
  /** Key in the destination, e.g. an issue number. */
  readonly key: string;
  readonly url: string;
  readonly status: 'open' | 'closed';
}

export interface TicketFinding {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly score: number;
  readonly band: string;
  readonly status: string;
  readonly where: string;
  readonly identifiers: readonly string[];
  readonly reasons: readonly string[];
}

/** Content of a ticket, from which every destination renders its own form. All text is foreign and untrusted. */
export interface Ticket {
  readonly id: string;
  /** Rises with every change of the content; the event id of a push is derived from it. */
  readonly version: number;
  /** Written into the ticket, so that it is found again after a crash: `throughline:<ticket id>`. */
  readonly marker: string;
  readonly title: string;
  readonly fix: { readonly kind: string; readonly title: string; readonly detail: string };
  readonly team: string;
  readonly ownerSource: string;
  readonly application: string;
  readonly service: string;
  readonly repository: string;
  readonly band: string;
  readonly score: number;
  readonly dueAt: string;
  readonly exposure: string;
  readonly findings: readonly TicketFinding[];
  readonly link: string;
  /** What closes it: the scans that no longer show the flaw. Empty while open. */
  readonly proof: string;
}

/** What went wrong at a destination, by what must happen next. */
export type FailureKind =
  /** Worth trying again later: network, 5xx, throttling. */
  | 'retry'
  /** The credential is refused: park the destination and tell its owner; no storm of retries. */
  | 'auth'
  /** The destination refuses this very content; trying again is no use until it changes. */
  | 'rejected'
  /** The ticket is gone at the destination; it is not created again in the same version. */
  | 'gone';

export class DestinationError extends Error {
  override readonly name = 'DestinationError';

  constructor(readonly kind: FailureKind, message: string, readonly retryAfterMs: number | undefined = undefined, options: ErrorOptions = {}) {
    super(message, options);
  }
}

export const markerOf = (ticketId: string): string => `throughline:${ticketId}`;
