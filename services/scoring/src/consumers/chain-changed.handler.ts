import type { ChainChanged } from '@throughline/contracts';
import { isUuid, tenantId } from '@throughline/domain';
import { scheduleDue } from '@throughline/persistence';
import { done, reject, type Outcome, type StreamRecord, type Unit } from '@throughline/stream';
import { DUE } from '../application/due-kinds.js';
import type { JudgeTools } from '../application/judge-batch.js';
import { contextKey, saveContexts } from '../persistence/context.repository.js';
import { lockContexts } from '../persistence/finding.repository.js';

/** Keeps our copy of the chain's contexts; what has findings is judged anew by due work, in pages. */
export class ChainChangedHandler {
  constructor(private readonly tools: Pick<JudgeTools, 'clock'>) {}

  async handle(records: readonly StreamRecord<ChainChanged>[], unit: Unit): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = records.map(({ value }) => (isUuid(value.tenantId) && value.asset !== '' ? done : reject('invalid_context', 'a context names its tenant and asset')));
    const newest = new Map<string, ChainChanged>();
    for (const [index, { value }] of records.entries()) {
      const key = contextKey(value.tenantId, value.asset);
      if (outcomes[index] === done && value.version >= (newest.get(key)?.version ?? 0)) newest.set(key, value);
    }
    const contexts = [...newest.values()];
    if (contexts.length === 0) return outcomes;
    await lockContexts(unit, contexts);
    const moved = await saveContexts(unit, contexts);
    const dueAt = this.tools.clock.now();
    await scheduleDue(unit, ...moved.map(({ tenantId: tenant, asset }) => ({ kind: DUE.rejoinAsset, key: contextKey(tenant, asset), tenantId: tenantId(tenant), dueAt, payload: { asset } })));
    return outcomes;
  }
}
