import { assetFact, attestationFact, linkFact, timeless, type Fact } from '@throughline/connectors/api';
import { kindOf, type Urn } from '@throughline/domain';
import { createHash } from 'node:crypto';
import { bundleText } from './bundle.js';
import { SIGNED, type AssetObservations } from './schema.js';

type Statement = AssetObservations['facts'][number];
type LinkOf = Extract<Statement, { link: unknown }>;

/** The facts in a statement of the open door. A statement's time is part of what makes it: the same thing seen again later is said again. */
export function toFacts(statement: Statement): Fact[] {
  if ('asset' in statement) return [assetFact(`asset|${statement.asset.urn}|${statement.observedAt}`, { ...statement.asset, observedAt: statement.observedAt })];
  if ('attestation' in statement) {
    const { subject, bundle, mediaType } = statement.attestation;
    return [attestation(bundle, subject, mediaType, statement.observedAt)];
  }
  return linkFacts(statement);
}

/**
 * A link that brings its proof: the signed statement goes on as what it is, to be checked, and the link keeps its hash.
 * Whatever the link claims, it is not verified by saying so.
 */
function linkFacts({ link, validFrom, validTo, observedAt }: LinkOf): Fact[] {
  const proofs = link.method === 'attestation' ? Object.entries(link.evidence).flatMap(([name, value]) => {
    const text = SIGNED.has(name) ? bundleText(value) : undefined;
    return text === undefined ? [] : [{ name, text }];
  }) : [];
  const evidence = { ...link.evidence, ...Object.fromEntries(proofs.map(({ name, text }) => [name, `sha256:${sha256(text)}`])) };
  const subject = [link.to, link.from].find((urn) => kindOf(urn) === 'image');
  return [
    linkFact(`link|${link.from}|${link.kind}|${link.to}|${link.method}|${validFrom}|${observedAt}`, { ...link, evidence, validFrom, observedAt, ...(validTo !== undefined && { validTo }) }),
    ...proofs.map(({ text }) => attestation(text, subject, '', observedAt)),
  ];
}

/** The statement itself is all that it says; when it was found again does not matter. */
const attestation = (bundle: string, subject: Urn | undefined, mediaType: string, observedAt: string): Fact => timeless(attestationFact(
  `attestation|${subject ?? ''}|${sha256(bundle)}`, { bundle, mediaType, origin: 'open', observedAt, ...(subject !== undefined && { subject }) },
));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
