import { assetFact, attestationFact, linkFact, timeless, type AttestationStatement, type Fact } from '@throughline/connectors/api';
import { kindOf, urn, type LinkKind, type LinkMethod, type Urn } from '@throughline/domain';

/** Attributes and evidence take at most so many characters as JSON. */
export const MAX_ATTRIBUTES = 16 * 1024;
const SPARE = 200;

export interface LinkDetails {
  readonly method?: LinkMethod;
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** Since when it is known to hold; absent: since it was seen. */
  readonly since?: Date | undefined;
  readonly confidence?: number;
}

/** Facts of one answer, all observed at the same time. */
export interface Say {
  asset(node: string, attributes: Readonly<Record<string, unknown>>): Fact;
  link(from: string, kind: LinkKind, to: string, details?: LinkDetails): Fact;
  attestation(statement: Omit<AttestationStatement, 'observedAt'>, key: string): Fact;
}

export function saying(observedAt: Date): Say {
  const at = observedAt.toISOString();
  return {
    asset: (node, attributes) => {
      const found = urn(node);
      return assetFact(`asset|${found}`, { urn: found, kind: kindOf(found), attributes: fit(attributes), observedAt: at });
    },
    link: (from, kind, to, details = {}) => {
      const [start, end]: [Urn, Urn] = [urn(from), urn(to)];
      const method = details.method ?? 'api';
      const known = details.since !== undefined && details.since < observedAt;
      const fact = linkFact(`link|${start}|${kind}|${end}|${method}`, {
        from: start, to: end, kind, method, evidence: fit(details.evidence ?? {}), validFrom: known ? (details.since as Date).toISOString() : at, observedAt: at,
        ...(details.confidence !== undefined && { confidence: details.confidence }),
      });
      // seen again, it holds since it was seen first: the time of the look is no news
      return known ? fact : timeless(fact);
    },
    attestation: (statement, key) => attestationFact(`attestation|${key}`, { ...statement, observedAt: at }),
  };
}

/** Drops what is undefined, and the largest values when the whole is too large, saying which. */
export function fit(attributes: Readonly<Record<string, unknown>>, max = MAX_ATTRIBUTES): Readonly<Record<string, unknown>> {
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const sizes = known.map(([key, value]) => ({ key, size: JSON.stringify(value).length + key.length + 4 })).sort((a, b) => b.size - a.size);
  let total = sizes.reduce((sum, { size }) => sum + size, 2);
  const dropped = new Set<string>();
  for (const { key, size } of sizes) {
    if (total <= (dropped.size === 0 ? max : max - SPARE)) break;
    dropped.add(key);
    total -= size;
  }
  return Object.fromEntries([...known.filter(([key]) => !dropped.has(key)), ...(dropped.size > 0 ? [['truncated', [...dropped].sort()] as const] : [])]);
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  team: ['team', 'squad', 'owning-team', 'owner-team'], application: ['application', 'app', 'system'], environment: ['environment', 'env', 'stage'],
};
const MAX_TAGS = 20;

/** Tags of a resource as they decide: team, application and environment under these names, and some of the rest as they are. */
export function tagsOf(tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined): Readonly<Record<string, string>> | undefined {
  if (tags === undefined) return undefined;
  const own = tags.flatMap(({ key = '', value = '' }) => (key === '' || key.startsWith('aws:') || key === '__proto__' ? [] : [[key.slice(0, 128), value.slice(0, 256)] as const]));
  const byWord = new Map(own.map(([key, value]) => [key.toLowerCase().replace(/^.*[:/]/, '').replaceAll('_', '-'), value]));
  const known = Object.entries(ALIASES).flatMap(([name, words]) => {
    const found = words.map((word) => byWord.get(word)).find((value) => value !== undefined && value !== '');
    return found === undefined ? [] : [[name, found] as const];
  });
  return { ...Object.fromEntries(own.slice(0, MAX_TAGS)), ...Object.fromEntries(known) };
}
