import type { Unit } from '@throughline/persistence';

/** Bytes that wait for the relay. */
export async function waitingBytes(unit: Unit): Promise<number> {
  const rows = await unit.query<{ bytes: string }>('select coalesce(sum(bytes), 0) as bytes from outbox', [], { name: 'ing_outbox_bytes' });
  return Number(rows[0]?.bytes ?? 0);
}
