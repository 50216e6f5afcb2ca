/** Why an upload is not taken: a stable code, what failed with the remedy, and where. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly position: string;
}

/** Thrown inside the one pass over an upload: ends it at once. `status` is what the client gets. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  constructor(readonly refusal: Refusal, readonly status: 413 | 415 | 422 = 422) {
    super(`${refusal.code}: ${refusal.message}`);
  }
}

export const refuse = (code: string, message: string, position = '', status: 413 | 415 | 422 = 422): UploadRefused =>
  new UploadRefused({ code, message, position }, status);
