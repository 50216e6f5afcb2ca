import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planOf, wantedStatus, type Member, type TicketState } from './plan.js';

const open: TicketState = { status: 'open', externalKey: '7', externalStatus: 'open', sentHash: 'a' };
const member = (status: string, decision = ''): Member => ({ status, decision });
const anyMember: fc.Arbitrary<Member> = fc.record({ status: fc.constantFrom('open', 'reopened', 'awaiting-verification', 'fixed', 'retired'), decision: fc.constantFrom('', 'accepted-risk') });
const anyTicket: fc.Arbitrary<TicketState> = fc.record({ status: fc.constant('open' as const), externalKey: fc.constantFrom('', '7'), externalStatus: fc.constantFrom('open' as const, 'closed' as const), sentHash: fc.constantFrom('a', 'b') });

describe('what a ticket needs', () => {
  it.each([
    ['nothing sent yet', { ...open, externalKey: '', externalStatus: 'none', sentHash: '' } as TicketState, [member('open')], { command: 'create', status: 'open' }],
    ['content changed', { ...open, sentHash: 'old' }, [member('open')], { command: 'update', status: 'open' }],
    ['nothing changed', open, [member('open')], { command: 'none', status: 'open' }],
    ['absent once', { ...open, sentHash: 'old' }, [member('awaiting-verification'), member('fixed')], { command: 'update', status: 'in-verification' }],
    ['all fixed', open, [member('fixed'), member('fixed')], { command: 'close', status: 'done' }],
    ['fixed, and closed there already', { ...open, externalStatus: 'closed' } as TicketState, [member('fixed')], { command: 'none', status: 'done' }],
    ['back after it was closed', { ...open, externalStatus: 'closed' } as TicketState, [member('reopened')], { command: 'reopen', status: 'open' }],
    ['fixed, beside one that was merged into another', open, [member('fixed'), member('retired')], { command: 'close', status: 'done' }],
    ['retired with its asset', open, [member('retired')], { command: 'close', status: 'closed' }],
    ['accepted', open, [member('open', 'accepted-risk')], { command: 'close', status: 'closed' }],
    ['fixed before anything was sent', { ...open, externalKey: '', externalStatus: 'none' } as TicketState, [member('fixed')], { command: 'none', status: 'closed' }],
  ])('%s', (_name, ticket, members, plan) => expect(planOf(ticket, members, 'a')).toEqual(plan));

  it('comes to rest: after its command was carried out, nothing is left to do', () => {
    fc.assert(fc.property(anyTicket, fc.array(anyMember, { maxLength: 6 }), (ticket, members) => {
      const plan = planOf(ticket, members, 'a');
      if (plan.command === 'none') return;
      const after: TicketState = { status: plan.status, externalKey: '7', externalStatus: plan.command === 'close' ? 'closed' : 'open', sentHash: 'a' };
      expect(planOf(after, members, 'a')).toEqual({ command: 'none', status: plan.status });
    }));
  });

  it('never closes while a finding without a decision is open', () => {
    fc.assert(fc.property(anyTicket, fc.array(anyMember), (ticket, members) => {
      const plan = planOf(ticket, [...members, member('open')], 'a');
      expect(plan.command).not.toBe('close');
      expect(wantedStatus([...members, member('open')])).toBe('open');
    }));
  });
});
