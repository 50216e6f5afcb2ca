import { describe, expect, it } from '@jest/globals';
import { EVIDENCE_STATES } from '@throughline/domain';
import fc from 'fast-check';
import { evidenceEvent, transition, TRANSITIONS, type Evidence, type EvidenceEvent } from './evidence.js';

const EVENTS: readonly EvidenceEvent[] = ['seen', 'arrived', 'absent', 'gone', 'retired'];

describe('evidence state', () => {
  it('has a next state for every state and event', () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...EVIDENCE_STATES].sort());
    for (const row of Object.values(TRANSITIONS)) expect(Object.keys(row).sort()).toEqual([...EVENTS].sort());
  });

  it('never reaches an illegal state, in any order of events (D5)', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (events) => {
      let now: Evidence = { status: 'open', regressions: 0 };
      for (const event of events) {
        const next = transition(now, event);
        expect(EVIDENCE_STATES).toContain(next.status);
        if (next.status === 'reopened') expect(next.regressions).toBeGreaterThan(0);
        if (now.status === 'fixed' && next.status !== 'fixed') expect(['seen', 'arrived', 'retired']).toContain(event);
        if (event === 'seen') expect(['open', 'reopened']).toContain(next.status);
        expect(next.regressions).toBe(event === 'arrived' ? 0 : now.regressions + (now.status === 'fixed' && event === 'seen' ? 1 : 0));
        now = next;
      }
    }));
  });

  it('one scope that shows it outweighs all that do not', () => {
    const of = (...absences: number[]) => evidenceEvent(absences.map((n, index) => ({ scopeId: `${index}`, absences: n })), 2);
    expect([of(0, 5), of(1, 5), of(2, 2), of(2, 1)]).toEqual(['seen', 'absent', 'gone', 'absent']);
  });
});
