import { derivedId, TOPICS, type TenantChanged } from '@throughline/contracts';
import { DEFAULT_TENANT, type Clock } from '@throughline/domain';
import type { StateStore } from '@throughline/stream';
import { readFile } from 'node:fs/promises';
import { hashToken, lastFour, TOKEN_PATTERN } from './domain/api-token.js';
import { insertTenant } from './persistence/tenant.repository.js';
import { insertToken } from './persistence/token.repository.js';

/** A new installation has one tenant and one admin token; both are made once, whatever replica comes first. */
export async function ensureFirstTenant(store: StateStore, clock: Clock, adminTokenFile: string | undefined): Promise<void> {
  const now = clock.now();
  await store.run([DEFAULT_TENANT], async (unit) => {
    const created = await insertTenant(unit, { tenantId: DEFAULT_TENANT, slug: 'default', name: 'Default organization', now });
    if (!created) return;
    const value: TenantChanged = { tenantId: DEFAULT_TENANT, version: 1, slug: created.slug, name: created.name, status: created.status, changedAt: now.toISOString() };
    unit.announce({ topic: TOPICS.tenantChanged, key: [DEFAULT_TENANT], value, tenantId: DEFAULT_TENANT, eventId: derivedId(DEFAULT_TENANT, 'tenant.changed', 1) });
  });
  if (adminTokenFile === undefined) return;
  const token = (await readFile(adminTokenFile, 'utf8')).trim();
  if (!TOKEN_PATTERN.test(token)) throw new Error(`${adminTokenFile} does not hold a token (tl_ and 32 random bytes in base64url)`);
  const hash = hashToken(token);
  await store.run([DEFAULT_TENANT], (unit) => insertToken(unit, {
    tenantId: DEFAULT_TENANT, tokenId: derivedId(hash.toString('hex'), 'token'), name: 'First admin token', role: 'admin', scopes: [], hash, lastFour: lastFour(token), createdAt: now, createdBy: 'system', expiresAt: null,
  }));
}
