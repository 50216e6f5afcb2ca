import { derivedId, TOPICS } from '@throughline/contracts';
import { tenantId } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { Evolved } from '../domain/evolve.js';
import type { OpenScan } from './open-scans.js';

/** Tells every change of a scan; an event's id follows from scan, finding and version. */
export function announceEvolved(unit: Unit, { slice, facts }: Pick<OpenScan, 'slice' | 'facts'>, evolved: readonly Evolved[]): number {
  const tenant = tenantId(slice.tenantId);
  const messages = evolved.flatMap(({ record }) => (record === undefined ? [] : [{
    topic: TOPICS.findingChanged, key: [tenant, record.findingId], value: record, tenantId: tenant, cause: slice.cause,
    eventId: derivedId(`${facts.scanId}|${record.findingId}`, 'finding.changed', record.version),
  }]));
  // Not `announce(...messages)`: tens of thousands of arguments overflow the stack.
  for (const message of messages) unit.announce(message);
  return messages.length;
}
