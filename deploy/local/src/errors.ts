/** A fault the user can repair: the message is a whole sentence with the remedy, and is printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
