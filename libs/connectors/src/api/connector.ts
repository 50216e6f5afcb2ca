import type { Fact } from './facts.js';

/** Where a pull stands; JSON that only its connector reads. `null` before the first page. */
export type Cursor = Readonly<Record<string, unknown>> | null;

/** One page of a pull. A page is stored together with its cursor, so a crash repeats at most one page. */
export interface FactPage {
  readonly facts: readonly Fact[];
  readonly cursor: Cursor;
  /** Another page can be had at once. */
  readonly more: boolean;
  /** Inventory that this page ends: absence inside a complete one ends links. */
  readonly snapshot?: { readonly scope: string; readonly complete: boolean };
  /** What could not be read and why; its assets become stale, not gone. */
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly scope: string;
  readonly reason: string;
  readonly remedy: string;
}

/**
 * A system that is pulled: one folder with `connector.ts` (this), `client.ts` (I/O), `map.ts` (pure), `config.ts` and a
 * `doc.md` with the least permissions and what they cannot do. `pull` keeps no state of its own.
 */
export interface PullConnector<Config> {
  readonly kind: string;
  /** Throws when the configuration is not usable. */
  parseConfig(value: unknown): Config;
  pull(config: Config, cursor: Cursor, signal: AbortSignal): Promise<FactPage>;
}

/** A system that calls us: verification needs the secret and the raw bytes; mapping is pure. */
export interface WebhookConnector {
  readonly kind: string;
  /** Headers by lower-case name. */
  verify(request: WebhookRequest, secret: string): boolean;
  map(event: WebhookEvent): MappedEvent;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface WebhookEvent {
  readonly name: string;
  readonly payload: unknown;
  readonly receivedAt: Date;
}

export interface MappedEvent {
  readonly facts: readonly Fact[];
  /** Default branches that the event names: what a push is judged against. */
  readonly defaultBranches: readonly { readonly repository: string; readonly branch: string }[];
  /** Why it says nothing; empty when it does. */
  readonly ignored: string;
}
