import { parseUrn } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { problem } from '@throughline/service-kit';
import { findByDigest } from '../persistence/asset-lists.repository.js';

const DIGEST = /^(?:image:)?(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The nodes that a text names. A digest names every image that has it, in whichever registry. */
export async function resolveStart(unit: Unit, tenant: TenantId, text: string): Promise<Urn[]> {
  const digest = DIGEST.exec(text.trim().toLowerCase())?.[1];
  if (digest) return findByDigest(unit, tenant, digest);
  const parsed = parseUrn(text);
  if (!parsed) throw problem(400, 'invalid_urn', 'This is neither a URN such as repo:github.com/acme/pay nor an ARN.');
  return [parsed];
}
