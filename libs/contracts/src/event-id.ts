import { v5, v7 } from 'uuid';

/** Namespace of derived event ids: UUIDv5 of the DNS name `events.throughline.dev`. */
const NAMESPACE = v5('events.throughline.dev', v5.DNS);

/** UUIDv7 for what we create: sortable by time of creation. */
export const newId = (): string => v7();

/**
 * Deterministic id of an event that follows from a cause: the same cause, kind and ordinal give the same id, so that
 * a redelivered cause announces nothing new.
 */
export function derivedId(cause: string, kind: string, ordinal: number | string = 0): string {
  return v5(`${cause}|${kind}|${ordinal}`, NAMESPACE);
}
