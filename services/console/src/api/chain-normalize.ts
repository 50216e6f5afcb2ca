import { shortName } from '../lib/format.js';
import type { Attestation, BlastGroup, BlastRadius, ExposedService, ExposurePeriod, HopCoverage, MissingHop, ProvenancePolicy } from './chain-types.js';
import { itemsOf, list, type Loose, loose, numbers, text, texts } from './loose.js';
import type { Asset } from './types.js';

const count = (value: unknown): number => (typeof value === 'number' ? value : Array.isArray(value) ? value.length : 0);

export function exposurePeriods(body: unknown): readonly ExposurePeriod[] {
  return itemsOf(body, 'periods', 'history').map((value) => { const one = loose(value); return { service: text(one, 'service', 'urn'), exposure: (text(one, 'exposure') || 'unknown') as ExposurePeriod['exposure'], from: text(one, 'from', 'validFrom'), to: text(one, 'to', 'validTo') || null }; });
}

export function coverage(body: unknown): readonly HopCoverage[] {
  return itemsOf(body, 'hops').map((value): HopCoverage => {
    const one = loose(value);
    const known = count(one['known']), assets = count(one['assets']) || count(one['total']);
    return { hop: text(one, 'hop'), assets, known, verified: count(one['verified']), missing: 'missing' in one ? count(one['missing']) : Math.max(0, assets - known), byMethod: numbers(one['byMethod']), remedy: text(one, 'remedy') };
  });
}

export function missingHop(value: unknown): MissingHop {
  if (typeof value === 'string') return { asset: value, kind: value.split(':')[0] ?? '', name: shortName(value), reason: '', remedy: '' };
  const one = loose(value);
  const asset = text(one, 'asset', 'urn');
  return { asset, kind: text(one, 'kind') || (asset.split(':')[0] ?? ''), name: text(one, 'name') || shortName(asset), reason: text(one, 'reason'), remedy: text(one, 'remedy') };
}

export function exposedService(value: unknown): ExposedService {
  const one = loose(value);
  const inner = loose(one['service']);
  const service = text(one, 'service', 'urn') || text(inner, 'urn');
  return {
    service, name: text(one, 'name') || text(inner, 'name') || shortName(service), exposure: (text(one, 'exposure') || 'unknown') as ExposedService['exposure'], since: text(one, 'since', 'from') || null,
    path: texts(one['path']), endpoints: texts(one['endpoints']), audience: texts(one['audience']), reasons: texts(one['reasons']),
    image: named(one, 'image') || texts(one['images'])[0] || '', repository: (named(one, 'repository') || texts(one['repositories'])[0] || '').replace(/^repo:/, ''), team: named(one, 'team', 'owner').replace(/^team:/, ''),
    application: (named(one, 'application') || texts(one['applications'])[0] || '').replace(/^application:/, ''), environment: (named(one, 'environment') || texts(one['environments'])[0] || '').replace(/^environment:/, ''),
  };
}

/** A name given as text, or as a thing with one. */
function named(of: Loose, ...names: readonly string[]): string {
  return text(of, ...names) || names.map((name) => text(loose(of[name]), 'urn', 'slug', 'name')).find(Boolean) || '';
}

const GROUPS = { services: 'service', endpoints: 'endpoint', images: 'image', repositories: 'repo', environments: 'environment', applications: 'application', teams: 'team' } as const;

/** Counts and lists by kind; the order is that in which a reader asks. */
export function blastRadius(body: unknown): BlastRadius {
  const from = loose(body);
  const counts = loose(from['counts']);
  const groups = Object.entries(GROUPS).map(([kind, prefix]): BlastGroup => {
    const items = list(from[kind]).map((value) => assetOf(value, prefix));
    return { kind, items, count: typeof counts[kind] === 'number' ? counts[kind] : items.length };
  });
  return { groups, runningImages: count(counts['runningImages']), byExposure: numbers(counts['byExposure']), restricted: count(counts['restricted']), partial: from['partial'] === true };
}

/** A thing given as its URN, its slug, or with facts around it. */
function assetOf(value: unknown, prefix: string): Asset {
  const of = typeof value === 'string' ? { urn: value } : loose(value);
  const given = text(of, 'urn', 'asset', 'service', 'image', 'slug');
  const urn = given.includes(':') ? given : `${prefix}:${given}`;
  return { urn, kind: prefix === 'repo' ? 'repository' : prefix, name: text(of, 'name') || shortName(urn), attributes: of };
}

export function attestation(value: unknown): Attestation {
  const one = loose(value);
  const status = text(one, 'status');
  return {
    id: text(one, 'id'), image: text(one, 'image', 'subject'), predicateType: text(one, 'predicateType'), builder: text(one, 'builder'), status: status === 'verified' || status === 'refused' ? status : 'unverified',
    reason: text(one, 'reason'), origin: text(one, 'origin'), signer: [text(one, 'keyId'), text(one, 'identity'), text(one, 'issuer')].filter(Boolean).join(' · '), repository: text(one, 'repository'), commit: text(one, 'commit'),
    observedAt: text(one, 'observedAt'), checkedAt: text(one, 'checkedAt'), policyVersion: text(one, 'policyVersion'),
  };
}

export function provenancePolicy(body: unknown): ProvenancePolicy {
  const from = loose(body);
  const sigstore = loose(from['sigstore']);
  return {
    keys: list(from['keys']).map((key) => ({ keyId: text(loose(key), 'keyId', 'id'), pem: text(loose(key), 'pem') })), builders: texts(from['builders']), issuers: texts(sigstore['issuers']), identities: texts(sigstore['identities']), trustedRoot: sigstore['trustedRoot'] === undefined ? undefined : loose(sigstore['trustedRoot']),
    version: text(from, 'version').replace(/^0$/, ''), reason: text(from, 'reason'), author: text(from, 'author'), changedAt: text(from, 'updatedAt'),
  };
}
