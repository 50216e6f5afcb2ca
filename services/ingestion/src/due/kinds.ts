/** Kinds of due work; stored in rows, so never renamed. */
export const SCAN_DEADLINE = 'scan.deadline';
export const RETENTION = 'retention';
export const CONNECTOR_SYNC = 'connector.sync';
