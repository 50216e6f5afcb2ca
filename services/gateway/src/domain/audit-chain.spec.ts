import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chainHash, GENESIS, type AuditFields } from './audit-chain.js';
import { hashToken, newToken, TOKEN_PATTERN, tokenState } from './api-token.js';

const entry: fc.Arbitrary<AuditFields> = fc.record({ auditId: fc.uuid(), actor: fc.string(), action: fc.string(), object: fc.string(), reason: fc.string(), before: fc.string(), after: fc.string(), recordedAt: fc.string() });

describe('the audit chain', () => {
  it('gives another hash when any field of any earlier entry differs', () => {
    fc.assert(fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), fc.nat(), fc.constantFrom('actor', 'action', 'object', 'reason', 'after'), (entries, at, field) => {
      const last = (list: readonly AuditFields[]) => list.reduce(chainHash, GENESIS);
      const changed = entries.map((e, i) => (i === at % entries.length ? { ...e, [field]: `${e[field as keyof AuditFields]}x` } : e));
      expect(last(changed)).not.toBe(last(entries));
    }));
  });

  it('does not confuse text that moves from one field to the next', () => {
    const base = { auditId: '1', actor: 'ab', action: 'c', object: '', reason: '', before: '', after: '', recordedAt: '' };
    expect(chainHash(GENESIS, base)).not.toBe(chainHash(GENESIS, { ...base, actor: 'a', action: 'bc' }));
  });
});

describe('API tokens', () => {
  it('are random, of the documented form, and stored as a hash', () => {
    const token = newToken();
    expect(token).toMatch(TOKEN_PATTERN);
    expect(newToken()).not.toBe(token);
    expect(hashToken(token)).toHaveLength(32);
  });

  it('end at the very moment of expiry or revocation', () => {
    const now = new Date('2026-11-22T10:00:00Z');
    expect(tokenState({ expiresAt: now, revokedAt: null }, now)).toBe('expired');
    expect(tokenState({ expiresAt: null, revokedAt: now }, now)).toBe('revoked');
    expect(tokenState({ expiresAt: new Date('2026-11-22T10:00:01Z'), revokedAt: null }, now)).toBe('valid');
  });
});
