/** The connection broke or could not be had: pg says so with plain Errors that carry no code. Always transient. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly code = 'connection_lost';
}

/** A unit of work was used after it ended: a promise in the work was not awaited. */
export class UnitIsOver extends Error {
  override readonly name = 'UnitIsOver';
  readonly code = 'unit_is_over';

  constructor() {
    super('the unit of work is over; await everything that uses it');
  }
}

/** The transaction had been aborted by an error that the work swallowed; nothing was kept. */
export class UnitAborted extends Error {
  override readonly name = 'UnitAborted';
  readonly code = 'unit_aborted';

  constructor(cause: unknown) {
    super('a statement of the unit failed and the failure was swallowed; nothing was kept', { cause });
  }
}

/** A migration failed; says which file, line and statement. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';

  constructor(readonly file: string, readonly line: number, readonly statement: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${file}:${line}: ${reason}\n  in: ${statement.replace(/\s+/g, ' ').slice(0, 200)}`, { cause });
  }
}

/** An applied migration differs from its file: migrations are append-only. */
export class MigrationEdited extends Error {
  override readonly name = 'MigrationEdited';

  constructor(readonly file: string) {
    super(`${file} was applied already and has been edited since; restore it and write a new migration`);
  }
}
