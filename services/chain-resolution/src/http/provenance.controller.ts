import { Body, Controller, Get, Inject, Put, Query } from '@nestjs/common';
import { parseUrn } from '@throughline/domain';
import type { Clock, Urn } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, decodeCursor, listQuery, page, Roles, zodBody, zodQuery } from '@throughline/service-kit';
import type { Page } from '@throughline/service-kit';
import { z } from 'zod';
import type { ProvenancePolicy } from '../domain/provenance/policy.js';
import { visibilityOf } from '../domain/restrict.js';
import { listAttestations } from '../persistence/attestations.repository.js';
import type { ListedAttestation } from '../persistence/attestations.repository.js';
import { loadPolicy, savePolicy } from '../persistence/provenance-policy.repository.js';
import type { StoredPolicy } from '../persistence/provenance-policy.repository.js';
import { publicKeyOf } from '../provenance/keys.js';
import { scheduleReverify } from '../provenance/reverify.js';
import { trustMaterialOf } from '../provenance/sigstore.js';
import { lockTenant } from '../resolution/observe.js';
import { hiddenAmong } from './visibility.js';

type Shown = Record<string, unknown>;

/** NUL and half characters, as JSON writes them: the database could not keep them. */
const UNSTORABLE = /\\u(0000|d[89a-f])/i;

const words = z.string().trim().min(1).max(500).refine((value) => value.isWellFormed() && /^[^\u0000-\u001f]+$/.test(value), 'no control characters');
const policyBody = z.strictObject({
  keys: z.array(z.strictObject({
    keyId: words.describe('A name; signatures that carry it are expected to be this key\'s.'),
    pem: z.string().max(10_000).refine((pem) => publicKeyOf(pem) !== undefined, 'a public key in PEM: ECDSA P-256, P-384 or P-521, Ed25519, or RSA of at least 2048 bits'),
  })).max(100).refine((keys) => new Set(keys.map((key) => key.keyId)).size === keys.length, 'each keyId once').default([]),
  builders: z.array(words).max(100).default([]).describe('Globs of builder.id (* any run, ? one character). Empty: no builder is trusted and nothing becomes verified.'),
  sigstore: z.strictObject({
    issuers: z.array(words).max(20), identities: z.array(words).max(100).describe('Globs of the certificate\'s subject alternative name.'),
    trustedRoot: z.record(z.string(), z.unknown()).refine((root) => !UNSTORABLE.test(JSON.stringify(root)) && trustMaterialOf(root) !== undefined, 'Sigstore\'s trusted_root.json with at least one certificate authority').optional()
      .describe('Authorities and logs; without it keyless bundles stay unverified, since nothing is fetched.'),
  }).optional(),
  reason: z.string().max(500).optional(),
});

const attestationQuery = listQuery.omit({ sort: true }).extend({
  image: z.string().max(1000).refine((text) => parseUrn(text)?.startsWith('image:') === true, 'the URN of an image').optional().describe('With its registry, or image:sha256:… for the digest wherever it lies.'),
  status: z.enum(['verified', 'unverified', 'refused']).optional(),
});

/** Whom the tenant believes about what its images were built from. */
@Controller('v1/policies/provenance')
export class ProvenancePolicyController {
  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiZod({ summary: 'The provenance policy in force', responses: { 200: { description: 'keys, builders, sigstore, version (0: never written), author, reason' } } })
  async get(@Caller() caller: Caller): Promise<Shown> {
    return shownPolicy(await this.database.run([caller.tenantId], (unit) => loadPolicy(unit, caller.tenantId)));
  }

  @Put()
  @Roles('admin')
  @ApiZod({ summary: 'Replace the provenance policy; stored attestations are judged again', body: policyBody, responses: { 200: { description: 'The policy with its new version' }, 400: { description: 'A key that is none' } } })
  async put(@Caller() caller: Caller, @Body(zodBody(policyBody)) body: z.infer<typeof policyBody>): Promise<Shown> {
    const now = this.clock.now();
    const { reason = '', ...policy } = body;
    return this.database.run([caller.tenantId], async (unit) => {
      await lockTenant(unit, caller.tenantId);
      const before = await loadPolicy(unit, caller.tenantId);
      const stored: StoredPolicy = { ...policy, version: (before?.version ?? 0) + 1, author: caller.actor, reason, updatedAt: now };
      await savePolicy(unit, caller.tenantId, stored);
      await scheduleReverify(unit, caller.tenantId, now);
      unit.announce(auditMessage(caller, 'put.policy', 'provenance', { reason, before: before && summary(before), after: summary(policy) }, now));
      return shownPolicy(stored);
    });
  }
}

/** Signed statements that were received, with what became of each for each image. */
@Controller('v1/assets/attestations')
export class AttestationsController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiZod({ summary: 'Attestations by image', query: attestationQuery, responses: { 200: { description: 'A page: verified, unverified or refused, with the reason' } } })
  async list(@Caller() caller: Caller, @Query(zodQuery(attestationQuery)) query: z.infer<typeof attestationQuery>): Promise<Page<Shown>> {
    const [id = '', image = ''] = (decodeCursor(query.cursor, 2) ?? []).map(String);
    const digest = /^image:(sha(?:256|512):[0-9a-f]+)$/i.exec(query.image ?? '')?.[1]?.toLowerCase();
    const filter = { status: query.status, digest, image: query.image === undefined || digest ? undefined : parseUrn(query.image) };
    return this.database.run([caller.tenantId], async (unit) => {
      const { items, next } = page(await listAttestations(unit, caller.tenantId, filter, [id, image], query.limit + 1), query.limit, (item: ListedAttestation) => [item.id, item.image]);
      const hidden = await hiddenAmong(unit, caller.tenantId, visibilityOf(caller.scopes), [...new Set(items.flatMap(nodesOf))]);
      return { items: items.filter((item) => !nodesOf(item).some((node) => hidden.has(node))).map(shownAttestation), next };
    });
  }
}

/** What an attestation tells of: who may not see its image or its repository does not see it. */
const nodesOf = (item: ListedAttestation): Urn[] => [item.image, item.provenance?.repository ? parseUrn(`repo:${item.provenance.repository}`) ?? '' : ''].filter((node): node is Urn => node !== '');

const summary = (policy: ProvenancePolicy): unknown => ({
  keys: policy.keys, builders: policy.builders, ...(policy.sigstore && { sigstore: { issuers: policy.sigstore.issuers, identities: policy.sigstore.identities, trustedRoot: policy.sigstore.trustedRoot !== undefined } }),
});

function shownPolicy(policy: StoredPolicy | undefined): Shown {
  if (!policy) return { keys: [], builders: [], version: 0, author: '', reason: '', updatedAt: null };
  const { updatedAt, ...rest } = policy;
  return { ...rest, updatedAt: updatedAt.toISOString() };
}

function shownAttestation(item: ListedAttestation): Shown {
  const { verdict, provenance } = item;
  return {
    id: item.id, image: item.image || null, subject: item.digests.find((digest) => item.image.endsWith(`@${digest}`)) ?? item.digests[0] ?? null, subjects: item.digests.length, predicateType: item.predicateType, builder: provenance?.builder ?? '',
    status: item.imageStatus, reason: item.imageReason, origin: item.origin, ...(verdict.keyId && { keyId: verdict.keyId }), ...(verdict.issuer && { issuer: verdict.issuer, identity: verdict.identity }),
    repository: provenance?.repository ?? '', commit: provenance?.commit ?? '', build: provenance?.build ?? '', workflow: provenance?.workflow ?? '', subPath: provenance?.subPath ?? '',
    observedAt: new Date(item.observedAt).toISOString(), checkedAt: item.checkedAt.toISOString(), policyVersion: item.policyVersion,
  };
}
