/** The record's own bytes cannot be decoded: poison, for the dead-letter topic. */
export class UndecodableRecord extends Error {
  override readonly name = 'UndecodableRecord';
  readonly code = 'undecodable';
}

/** The schema cannot be had now (registry down, id unknown): the surroundings are at fault; pause, never dead-letter. */
export class SchemaUnavailable extends Error {
  override readonly name = 'SchemaUnavailable';
  readonly code = 'schema_unavailable';
}
