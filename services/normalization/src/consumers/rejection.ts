/** The report as a whole is refused; `code` goes into the scan's marker and receipt. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  constructor(readonly code: string, message: string, readonly position = '') {
    super(message);
  }
}

/** The worker should stop here: shutting down, the partition is lost, or another worker is further. Nothing is wrong with the scan. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
