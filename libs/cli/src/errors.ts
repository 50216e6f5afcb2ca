/** Exit codes of the contract. Scripts branch on them: they never change their meaning. */
export const EXIT = {
  /** Done; a gate passed or warned. */
  ok: 0,
  /** A gate blocks, or the platform refused what was sent. */
  refused: 1,
  /** The call is wrong: options, token, rights. Repeating it does not help. */
  usage: 2,
  /** The platform was not reached, did not answer in time, or a verdict is still pending. */
  unavailable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that a person can act on: what went wrong, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(readonly exitCode: ExitCode, message: string, readonly remedy = '', readonly detail: Readonly<Record<string, unknown>> = {}) {
    super(message);
  }
}

export const usage = (message: string, remedy = 'Add --help for the options.'): CliError => new CliError(EXIT.usage, message, remedy);
