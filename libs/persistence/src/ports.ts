import type { TenantId } from '@throughline/domain';
import type { RunnerUnit, StateStore } from '@throughline/stream';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * How services see the database. The implementation (TypeORM data source, pg pool) is in this library; services write
 * SQL only in their own `persistence/` folders, always through a Unit.
 */
export type { Unit, StateStore, OutgoingMessage, QueryOptions } from '@throughline/stream';

/** One transaction of Postgres with its tenants set. */
export interface DatabaseUnit extends RunnerUnit {
  /** TypeORM on the unit's own connection, for mapped and simple queries. Hot paths use `query` with unnest. */
  readonly manager: EntityManager;
}

export interface Database extends StateStore<DatabaseUnit> {
  readonly schema: string;
  readonly dataSource: DataSource;
  /** Calls the listener after a commit that left something in the outbox; returns how to stop. */
  onOutbox(listener: () => void): () => void;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Settings for a connection beside the pool (the relay's), with other server settings on top. */
  connectionConfig(settings?: Readonly<Record<string, string>>): DirectConnectionConfig;
  close(): Promise<void>;
}

export interface DirectConnectionConfig {
  readonly connectionString: string;
  readonly options: string;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly connectionTimeoutMillis: number;
}

export type Tenants = readonly TenantId[];
