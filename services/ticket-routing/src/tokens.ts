export const KEYRING = Symbol('KEYRING');
export const HTTP = Symbol('HTTP');

/** Binds a sealed configuration to its place: a row copied to another slug does not open. */
export const sealContext = (slug: string): string => `ticket-routing/destination/${slug}`;
