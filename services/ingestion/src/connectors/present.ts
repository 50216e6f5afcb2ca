import type { ConnectorRow } from '../persistence/connector.repository.js';
import type { PullRow } from '../persistence/pull.repository.js';
import { entryOf, type ConnectorRegistry } from './registry.js';
import { secretFieldsOf } from './schema.js';

export interface Progress {
  /** The pull that is under way. */
  readonly pull: PullRow | undefined;
  readonly dueAt: Date | undefined;
  readonly now: Date;
}

/** A connector as the API shows it. Where a pull stands is told in words: a cursor may hold what the other system calls secret. */
export function presentConnector(row: ConnectorRow, progress: Progress, registry: ConnectorRegistry, publicUrl: string): object {
  const cursor = entryOf(registry.pulls, row.kind) === undefined ? null : cursorOf(progress);
  return {
    id: row.connector_id, kind: row.kind, version: Number(row.version), config: row.config,
    secrets: row.secrets === null ? [] : row.secret_names ?? secretFieldsOf(registry, row.kind),
    cursor, lastSuccess: row.last_success?.toISOString() ?? null,
    nextRun: cursor?.state === 'running' ? null : progress.dueAt?.toISOString() ?? null,
    counts: row.counts, errors: row.errors, gaps: row.gaps, updatedBy: row.updated_by, updatedAt: row.updated_at.toISOString(),
    ...(entryOf(registry.webhooks, row.kind) !== undefined && { webhook: `${publicUrl}/v1/webhooks/${row.kind}/${row.connector_id}` }),
  };
}

export interface ShownCursor {
  readonly state: 'idle' | 'running' | 'waiting';
  /** Pages of the pull under way. */
  readonly pages?: number;
  readonly since?: string;
  /** Waiting until then: the system asked for it, or a page failed; idle until then: the next look for changes. */
  readonly until?: string | null;
  readonly failures?: number;
}

function cursorOf({ pull, dueAt, now }: Progress): ShownCursor {
  if (pull === undefined) return { state: 'idle' };
  const known = { pages: pull.pages, since: pull.started_at.toISOString() };
  if (pull.failures > 0) return { state: 'waiting', ...known, until: dueAt?.toISOString() ?? null, failures: pull.failures };
  if (pull.waits_until !== null && pull.waits_until > now) return { state: pull.settled ? 'idle' : 'waiting', ...known, until: pull.waits_until.toISOString() };
  return { state: 'running', ...known };
}
