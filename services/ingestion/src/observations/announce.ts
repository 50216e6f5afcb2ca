import { createHash } from 'node:crypto';
import type { Fact } from '@throughline/connectors/api';
import { derivedId, TOPICS, type AssetFact, type AssetObserved, type LinkFact } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import type { OutgoingMessage } from '@throughline/persistence';

/** Facts of one record at most; and bytes, since a record must stay far below the broker's limit of 1 MiB. */
export const FACTS_PER_RECORD = 500;
const BYTES_PER_RECORD = 400_000;
/** A fact above this would make a record of its own that no broker takes. */
export const MAX_FACT_BYTES = 800_000;

export interface Observation {
  readonly tenantId: TenantId;
  /** Id of the request or pull that brought the facts; event ids derive from it. */
  readonly observationId: string;
  readonly source: string;
  readonly sequence: number;
  readonly facts: readonly Fact[];
  /** Ordinal of the first record, when others were announced of the same observation. */
  readonly firstOrdinal?: number;
  /** `last`: the marker follows the facts. */
  readonly snapshot?: { readonly scope: string; readonly complete: boolean; readonly last: boolean };
  readonly receivedAt: Date;
}

export interface ObservationRecords {
  readonly messages: readonly OutgoingMessage[];
  /** Records with facts among them: what the next part counts on from. */
  readonly records: number;
}

/** Records of one observation: parts, and at the end of an inventory a marker with their number. Pure. */
export function observationRecords(observation: Observation): ObservationRecords {
  const first = observation.firstOrdinal ?? 0;
  const parts = cut(observation.facts);
  const messages = parts.map((part, index) => record(observation, first + index, part, -1));
  const total = first + parts.length;
  return { records: parts.length, messages: observation.snapshot?.last === true ? [...messages, record(observation, total, [], total)] : messages };
}

const MAX_KEY = 400;

/** Natural key as it is stored: names can be longer than an index entry may be. */
export const keyOf = ({ naturalKey }: Fact): string => (naturalKey.length <= MAX_KEY ? naturalKey : createHash('sha256').update(naturalKey).digest('hex'));

/**
 * Hash of what a fact says, for the comparison with what was announced. The times of a timeless fact are no content. A
 * pull sees the same thing again and again, so `timed: false` leaves out the time of the look: `observedAt`, and a start
 * that is only since when it was seen.
 */
export function contentOf(fact: Fact, { timed = true } = {}): Buffer {
  const { observedAt, validFrom, ...said } = statementOf(fact);
  const since = fact.timeless || (!timed && validFrom === observedAt) ? undefined : validFrom;
  const seen = fact.timeless || !timed ? undefined : observedAt;
  return createHash('sha256').update(canonical({ ...said, validFrom: since, observedAt: seen })).digest();
}

/** Hash of a fact with its key, for the digest of an inventory. */
export const hashOf = (fact: Fact): Buffer => createHash('sha256').update(keyOf(fact)).update('\0').update(contentOf(fact, { timed: false })).digest();

interface Statement { readonly observedAt: string; readonly validFrom?: string }

const statementOf = (fact: Fact): Statement => ('asset' in fact ? fact.asset : 'link' in fact ? fact.link : fact.attestation);

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isPlain(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Bytes of a fact on the wire, nearly: Avro adds less than JSON's own marks. */
export const bytesOf = (fact: Fact): number => Buffer.byteLength(JSON.stringify(fact));

function cut(facts: readonly Fact[]): Fact[][] {
  const parts: Fact[][] = [];
  let bytes = 0;
  for (const fact of facts) {
    const size = bytesOf(fact);
    const part = parts.at(-1);
    if (part === undefined || part.length >= FACTS_PER_RECORD || bytes + size > BYTES_PER_RECORD) {
      parts.push([fact]);
      bytes = size;
    } else {
      part.push(fact);
      bytes += size;
    }
  }
  return parts;
}

function record(observation: Observation, ordinal: number, facts: readonly Fact[], parts: number): OutgoingMessage {
  const { tenantId, source, snapshot } = observation;
  const value: AssetObserved = {
    tenantId, observationId: observation.observationId, source, sequence: observation.sequence, ordinal,
    assets: facts.flatMap((fact) => ('asset' in fact ? [assetOf(fact.asset)] : [])),
    links: facts.flatMap((fact) => ('link' in fact ? [linkOf(fact.link)] : [])),
    attestations: facts.flatMap((fact) => ('attestation' in fact ? [{ subject: '', ...fact.attestation }] : [])),
    snapshotScope: snapshot?.scope ?? '', snapshotComplete: snapshot?.complete ?? false, parts,
    receivedAt: observation.receivedAt.toISOString(),
  };
  return { topic: TOPICS.assetObserved, key: [tenantId, source], value, tenantId, eventId: derivedId(observation.observationId, 'asset.observed', ordinal) };
}

type Asset = Extract<Fact, { asset: unknown }>['asset'];
type Link = Extract<Fact, { link: unknown }>['link'];

const assetOf = ({ urn, kind, attributes, observedAt }: Asset): AssetFact => ({ urn, kind, attributes: canonical(attributes), observedAt });

const linkOf = (link: Link): LinkFact => ({
  from: link.from, to: link.to, kind: link.kind, method: link.method, evidence: canonical(link.evidence), confidence: link.confidence ?? -1,
  verified: false, validFrom: link.validFrom, validTo: link.validTo ?? '', observedAt: link.observedAt,
});
