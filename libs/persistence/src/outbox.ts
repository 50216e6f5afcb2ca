import { messageBytes, packMessages, type ProducerMessage } from '@throughline/stream';

/** Rows stay small enough for the relay to hold several; a single message may exceed it. */
const ROW_BYTES = 512 * 1024;
const ROW_MESSAGES = 5000;

export interface OutboxRow {
  readonly messages: number;
  /** Unpacked: what the relay's memory must hold. */
  readonly bytes: number;
  readonly payload: Buffer;
}

/** Splits messages into rows in their order. */
export function packRows(messages: readonly ProducerMessage[]): OutboxRow[] {
  const rows: OutboxRow[] = [];
  let group: ProducerMessage[] = [];
  let bytes = 0;
  const close = (): void => {
    if (group.length === 0) return;
    const payload = packMessages(group);
    rows.push({ messages: group.length, bytes, payload });
    group = [];
    bytes = 0;
  };
  for (const message of messages) {
    const size = messageBytes(message);
    if (bytes + size > ROW_BYTES || group.length >= ROW_MESSAGES) close();
    group.push(message);
    bytes += size;
  }
  close();
  return rows;
}
