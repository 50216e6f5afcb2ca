import type { Clock } from '@throughline/domain';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Fact } from './facts.js';

/**
 * Where a pull stands; JSON that only its connector reads. `null` before the first page of the first pull. What the last
 * page of a whole pull leaves is what the next one begins with, until the connector is saved anew.
 */
export type Cursor = Readonly<Record<string, unknown>> | null;

/**
 * One page of a pull. Its facts, its scans and its cursor are stored in one transaction, so that a crash repeats at most
 * one page, and the repetition announces nothing.
 */
export interface PullPage {
  /** Who says so, one for each part of the system that can be read or refused apart: `aws:111122223333/eu-central-1`, `github:acme`. */
  readonly source: string;
  readonly facts: readonly Fact[];
  /** Reports that the system itself holds (alerts, findings), to be taken as uploads. */
  readonly scans?: readonly PulledScan[];
  /** Default branches that the page names. */
  readonly defaultBranches?: readonly DefaultBranch[];
  readonly cursor: Cursor;
  /** Another page can be had. False ends the pull. */
  readonly more: boolean;
  /**
   * The facts are a part of the inventory of a scope at the source; `last` ends it. Absence inside one that is complete
   * ends links; one that is not makes what it held stale. Parts of an inventory come in one pull, in any number of pages.
   * One that holds the same as the last, in whatever order and pages, is not announced again.
   */
  readonly snapshot?: { readonly scope: string; readonly complete: boolean; readonly last: boolean };
  /** What could not be read, why, and what would mend it. */
  readonly gaps: readonly PullGap[];
  /** The system asked to wait: the next page is asked for at this time. */
  readonly waitUntil?: Date;
  /**
   * Everything was read, and the pull goes on only to look for changes: it counts as a success now, and whoever asks for
   * a sync wakes it before `waitUntil`.
   */
  readonly settled?: boolean;
  /** On the last page of a whole pull: what the next one is given as `context.memory`. Losing it costs time and nothing else. */
  readonly memory?: Cursor;
}

export interface DefaultBranch { readonly repository: string; readonly branch: string }

/** A report that was pulled. The same key and bytes again are the same scan. */
export interface PulledScan {
  /** What makes it this scan and no other at the source: repository, kind of alert, state of the list. */
  readonly key: string;
  /** Id of a parser. */
  readonly format: string;
  readonly fileName: string;
  readonly body: string | Uint8Array;
  /** Fields of the upload's query (`repository`, `image`, `account`, `branch`, `commit`, `category`, `coverage`, …). */
  readonly target: Readonly<Record<string, string>>;
}

export interface PullGap {
  /** Source or scope that it is about. */
  readonly scope: string;
  /** `access_denied`, `throttled`, `not_found`, `unreachable`, `too_many`, `unsupported`, … */
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

/**
 * What a pull is given. All I/O goes through `fetch` or `agents` and nothing else: the address may be one that a tenant
 * chose, and these refuse what is not public at the moment of connecting (FAULTS 56). Redirects are not followed: whoever
 * wants to asks `fetch` for the `Location` again, without the credentials when it is of another origin.
 */
export interface PullContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** For clients that bring their own transport (`NodeHttpHandler` of the AWS SDK). */
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Only this scope is asked for, because an event says that it changed. The cursor is of this pull alone. */
  readonly focus?: string;
  /** What the last whole pull left, where it is known. */
  readonly memory?: Cursor;
}

/**
 * A system that is pulled: one folder with `connector.ts` (this), `client.ts` (I/O), `map.ts` (pure), `config.ts` and a
 * `doc.md` with the least permissions and what they cannot do. `pull` keeps no state of its own between two calls.
 */
export interface PullConnector<Config = unknown> {
  readonly kind: string;
  /** Seconds between two full pulls when nothing else is said. */
  readonly everySeconds: number;
  pull(config: Config, cursor: Cursor, context: PullContext): Promise<PullPage>;
}

/**
 * A system that calls us: verification needs the secret (the configuration's field `webhookSecret`) and the raw bytes;
 * mapping is pure.
 */
export interface WebhookConnector {
  readonly kind: string;
  /** Headers by lower-case name. Constant time; never throws. */
  verify(request: WebhookRequest, secret: string): boolean;
  /** Delivery id and name of the event; a string says what is missing. */
  identify(request: WebhookRequest): { readonly delivery: string; readonly name: string } | string;
  map(event: WebhookEvent): MappedEvent;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** By the receiver's clock; where the sender signs a time, one that is more than 300 s away from it is refused. */
  readonly receivedAt?: Date;
}

export interface WebhookEvent {
  readonly name: string;
  readonly payload: unknown;
  readonly receivedAt: Date;
  /** Configuration of the connector without its secrets: an event outside of it is ignored. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface MappedEvent {
  readonly facts: readonly Fact[];
  /** Default branches that the event names: what a push is judged against. */
  readonly defaultBranches: readonly DefaultBranch[];
  /** Why it says nothing; empty when it does. */
  readonly ignored: string;
  /** Scopes to pull at once, because the event says that they changed but not what they are now. */
  readonly refresh?: readonly string[];
  readonly scans?: readonly PulledScan[];
}
