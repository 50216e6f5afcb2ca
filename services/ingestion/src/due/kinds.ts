/** Kinds of due work; stored in rows, so never renamed. */
export const SCAN_DEADLINE = 'scan.deadline';
export const RETENTION = 'retention';
/** The load of a feed; keyed by the connector. */
export const CONNECTOR_SYNC = 'connector.sync';
/** A whole pull; keyed by the connector. */
export const CONNECTOR_PULL = 'connector.pull';
/** One scope that an event named; keyed by connector and scope. */
export const CONNECTOR_REFRESH = 'connector.refresh';
