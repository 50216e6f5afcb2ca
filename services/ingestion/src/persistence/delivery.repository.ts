import type { Delivery, Unit } from '@throughline/persistence';

/** Whether the delivery was taken before; only `acceptOnce` decides between two that come at the same time. */
export async function wasAccepted(unit: Unit, { source, deliveryId }: Delivery): Promise<boolean> {
  return (await unit.query('select 1 from inbox where source = $1 and delivery_id = $2', [source, deliveryId])).length > 0;
}
