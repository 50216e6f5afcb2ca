import { newId, TOPICS, type AuditRecorded } from '@throughline/contracts';
import type { CallerIdentity } from './auth/internal-token.js';
import type { OutgoingMessage } from '@throughline/stream';

/** The announcement of an admin action; written with the change itself, so that neither exists alone. */
export function auditMessage(caller: CallerIdentity, action: string, object: string, change: { readonly reason?: string; readonly before?: unknown; readonly after?: unknown }, now: Date): OutgoingMessage {
  const auditId = newId();
  const value: AuditRecorded = {
    tenantId: caller.tenantId, auditId, actor: caller.actor, action, object, reason: change.reason ?? '',
    before: change.before === undefined ? '' : JSON.stringify(change.before), after: change.after === undefined ? '' : JSON.stringify(change.after), requestId: '', recordedAt: now.toISOString(),
  };
  return { topic: TOPICS.auditRecorded, key: [caller.tenantId, auditId], value, tenantId: caller.tenantId, eventId: auditId };
}
