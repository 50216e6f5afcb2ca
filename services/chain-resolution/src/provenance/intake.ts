import type { AssetObserved } from '@throughline/contracts';
import { kindOf, parseUrn } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import { clampFuture } from '../domain/assets.js';
import { MAX_BUNDLE_BYTES } from '../domain/provenance/envelope.js';
import { storable } from '../domain/provenance/strict-json.js';
import { fileAttestations, insertAttestations, knownAttestations, noteObserved } from '../persistence/attestations.repository.js';
import type { NewAttestation } from '../persistence/attestations.repository.js';
import { policyInForce } from '../persistence/provenance-policy.repository.js';
import { check } from './verify.js';

interface Received {
  readonly id: string;
  readonly bundle: string;
  readonly mediaType: string;
  readonly origin: string;
  readonly observedAt: number;
  readonly subject: Urn | undefined;
}

/** Stores what is new, checks it under the policy in force, and notes where it was filed. Returns the ids of all that came. */
export async function takeAttestations(unit: Unit, tenant: TenantId, parts: readonly AssetObserved[], now: Date): Promise<string[]> {
  const received = parts.flatMap((part) => part.attestations.map((fact) => read(fact, Date.parse(part.receivedAt))));
  if (received.length === 0) return [];
  const ids = [...new Set(received.map((item) => item.id))].sort();
  const known = await knownAttestations(unit, tenant, ids);
  const fresh = [...new Map(received.filter((item) => !known.has(item.id)).map((item) => [item.id, item])).values()];
  if (fresh.length > 0) {
    const policy = await policyInForce(unit, tenant);
    await insertAttestations(unit, tenant, fresh.map((item): NewAttestation => {
      const { statement, verdict } = check(item.bundle, policy);
      return {
        ...item, bundle: storable(item.bundle), verdict, digests: statement?.digests ?? [], predicateType: statement?.predicateType ?? '', provenance: statement?.provenance ?? null,
        policyVersion: policy.version, checkedAt: now,
      };
    }));
  }
  await noteObserved(unit, tenant, received);
  await fileAttestations(unit, tenant, received.flatMap(({ id, subject }) => (subject ? [{ id, image: subject }] : [])));
  return ids;
}

function read(fact: AssetObserved['attestations'][number], receivedAt: number): Received {
  const subject = parseUrn(fact.subject);
  const observed = Date.parse(fact.observedAt);
  return {
    id: createHash('sha256').update(fact.bundle).digest('hex'),
    // what is over the limit is refused for that and not kept: the identity is, so that it is reported once
    bundle: Buffer.byteLength(fact.bundle) > MAX_BUNDLE_BYTES ? 'x'.repeat(MAX_BUNDLE_BYTES + 1) : fact.bundle,
    mediaType: storable(fact.mediaType).slice(0, 200), origin: storable(fact.origin).slice(0, 100),
    observedAt: Number.isFinite(observed) && observed >= 0 ? clampFuture(observed, receivedAt).at : receivedAt,
    subject: subject && kindOf(subject) === 'image' && subject.includes('@') && Buffer.byteLength(subject) <= 1000 ? subject : undefined,
  };
}
