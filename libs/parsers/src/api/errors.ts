/** Codes of a report that is refused as a whole. */
export type ReportErrorCode =
  | 'truncated' | 'malformed' | 'depth_limit' | 'doctype_forbidden' | 'invalid_utf8' | 'trailing_data' | 'missing_parts' | 'metadata_too_large' | 'changed_between_passes';

/** The report as a whole cannot be read. `position` is a byte offset, or empty when there is none. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  constructor(readonly code: ReportErrorCode, message: string, readonly position = '') {
    super(message);
  }
}

export type RefusalCode = 'wrong_type' | 'missing_field' | 'malformed' | 'invalid_utf8' | 'number_not_finite' | 'result_too_large';

/** One result cannot be read; it is quarantined and its neighbours go on. */
export class ResultRefusal extends Error {
  override readonly name = 'ResultRefusal';
  constructor(readonly code: RefusalCode, message: string) {
    super(message);
  }
}
