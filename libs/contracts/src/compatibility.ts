import avsc from 'avsc';

/**
 * What makes two versions of a schema incompatible in either direction; empty when records of each can be read through
 * the other. The registry enforces the same rule (FULL_TRANSITIVE) at registration; this finds a break before, in a test.
 */
export function incompatibilities(older: object, newer: object): readonly string[] {
  const [old, young] = [avsc.Type.forSchema(older as avsc.Schema), avsc.Type.forSchema(newer as avsc.Schema)];
  return [
    ...unreadable(young, old).map((reason) => `the new schema cannot read old records: ${reason}`),
    ...unreadable(old, young).map((reason) => `the old schema cannot read new records: ${reason}`),
  ];
}

function unreadable(reader: avsc.Type, writer: avsc.Type): readonly string[] {
  try {
    reader.createResolver(writer);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
