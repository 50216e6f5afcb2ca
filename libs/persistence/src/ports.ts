/**
 * How services see the database. The implementation (TypeORM data source, pg pool) is in this library; services write
 * SQL only in their own `persistence/` folders, always through a Unit.
 */
export type { Unit, StateStore, OutgoingMessage } from '@throughline/stream';
