import { newId } from '@throughline/contracts';
import type { Fact } from '@throughline/connectors/api';
import type { TenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { problem } from '@throughline/service-kit';
import { takeSequence } from '../persistence/effect.repository.js';
import { closeRequests, openRequests, saveRequests, type OpenRequests } from '../persistence/inventory.repository.js';
import { observationRecords } from './announce.js';
import { claimFacts } from './publish.js';

export interface InventoryRequest {
  readonly tenantId: TenantId;
  readonly source: string;
  readonly sequence: number;
  readonly facts: readonly Fact[];
  readonly snapshot: { readonly scope: string; readonly complete: boolean; readonly part: number; readonly parts?: number | undefined };
  readonly receivedAt: Date;
}

export interface InventoryProgress { readonly seen: number; readonly of: number | null }

/**
 * Announces one request of an inventory that comes in several, in any order; the marker follows when all are there. The
 * caller has the source locked and knows that the request is new. An inventory whose rest never comes ends nothing.
 */
export async function publishRequest(unit: Unit, { tenantId, source, sequence, facts, snapshot, receivedAt }: InventoryRequest): Promise<InventoryProgress> {
  const { scope, part, parts } = snapshot;
  const key = { tenantId, source, scope, sequence };
  const open = await openRequests(unit, key, newId(), receivedAt);
  const requests = parts ?? open.requests;
  if (parts !== undefined && open.requests !== null && open.requests !== parts) throw problem(409, 'parts_differ', `Another request of sequence ${sequence} said that there are ${open.requests} parts.`);
  if (requests !== null && [...open.seen, part].some((one) => one >= requests)) throw problem(409, 'parts_differ', `Parts count from 0 to ${requests - 1}; sequence ${sequence} has one beyond.`);
  await claimFacts(unit, { tenantId, source, facts, receivedAt });
  await takeSequence(unit, tenantId, source, sequence);
  const seen = [...open.seen, part];
  const complete = open.complete && snapshot.complete;
  const last = seen.length === requests;
  const { messages, records } = observationRecords({
    tenantId, observationId: open.observation_id, source, sequence, facts, firstOrdinal: open.records, receivedAt, snapshot: { scope, complete, last },
  });
  unit.announce(...messages);
  const after: OpenRequests = { ...open, seen, requests, records: open.records + records, complete };
  await (last ? closeRequests(unit, key) : saveRequests(unit, key, after));
  return { seen: seen.length, of: requests };
}
