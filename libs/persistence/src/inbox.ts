import type { Unit } from '@throughline/stream';

export interface Delivery {
  /** Who delivers, e.g. `github:<connector>`. */
  readonly source: string;
  /** The sender's id of the delivery; its redeliveries carry the same. */
  readonly deliveryId: string;
  readonly receivedAt: Date;
}

/** True for the first delivery, false for a repeated one. Undone with the unit, so a failed one may come again. */
export async function acceptOnce(unit: Unit, delivery: Delivery): Promise<boolean> {
  const rows = await unit.query(
    `insert into inbox (source, delivery_id, received_on) values ($1, $2, $3::date)
     on conflict (source, delivery_id) do nothing returning 1`,
    [delivery.source, delivery.deliveryId, dayOf(delivery.receivedAt)],
    { name: 'tl_accept_once' },
  );
  return rows.length === 1;
}

/** Drops deliveries received before the day; after that a repeated delivery counts as new. */
export async function forgetDeliveriesBefore(unit: Unit, day: Date): Promise<void> {
  await unit.query('delete from inbox where received_on < $1::date', [dayOf(day)]);
}

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);
