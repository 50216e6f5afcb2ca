import { ociImage, type OciImage } from '@throughline/testing';
import { bundle, envelope, DSSE_TYPE } from './attestations.js';
import { PLACES, registryOf, type Origin, type OriginInput, type Place } from './fleet.js';
import { ALL, asRepository, attached, COMMIT_ONLY, labels, provenance, simple, truth, untold, version, type Version } from './origin-kit.js';

/** An image with an attestation beside it. Every second one has true labels too, which a bad attestation must not take away. */
function attested(make: (input: OriginInput, of: Version, image: OciImage) => Buffer, verified: boolean): Origin {
  return (input) => {
    const v1 = version(input);
    const isLabelled = Math.floor(input.index / 2) % 2 === 0;
    const image = ociImage({ seed: v1.sha, ...(isLabelled && { labels: labels(v1) }) });
    const known = verified ? truth(v1, ALL, true) : isLabelled ? truth(v1, COMMIT_ONLY) : untold(v1);
    return simple(input, image, 'v1.0.0', known, [asRepository([v1])], { pushes: [attached(image, make(input, v1, image))] });
  };
}

/** Another commit of the same repository, or of somebody else's: what a forger would like to be believed. */
const forged = (input: OriginInput): string => input.chance.hex(`${input.name} forged`);

export const goodAttestation = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'trusted'), true);
export const badSignature = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'trusted', (text) => text.replaceAll(of.sha, forged(input))), false);
export const wrongSubject = attested((input, of) => bundle({ ...provenance(input, of, `sha256:${input.chance.hex('another image', 64)}`), commit: forged(input) }, 'trusted'), false);
export const wrongBuilder = attested((input, of, image) => bundle({ ...provenance(input, of, image.digest), commit: forged(input), builder: 'evil/fork' }, 'trusted'), false);
export const unknownKey = attested((input, of, image) => bundle(provenance(input, of, image.digest), 'unknown'), false);


/** cosign's older way: a bare envelope under a tag of its own. */
export const cosigned: Origin = (input) => {
  const v1 = version(input);
  const image = ociImage({ seed: v1.sha });
  return simple(input, image, 'v1.0.0', truth(v1, ALL, true), [asRepository([v1])], { pushes: [attached(image, envelope(provenance(input, v1, image.digest), 'trusted'), DSSE_TYPE, '.att')] });
};

/** Labels that came with the base image name the base image's source, and only the attestation says whose image it is. */
export const baseLabels: Origin = (input) => {
  const v1 = version(input);
  const image = ociImage({ seed: v1.sha, labels: { 'org.opencontainers.image.source': 'https://github.com/base-images/alpine', 'org.opencontainers.image.revision': input.chance.hex('base image') } });
  return simple(input, image, 'v1.0.0', truth(v1, ALL, true), [asRepository([v1])], { pushes: [attached(image, bundle(provenance(input, v1, image.digest), 'trusted'))] });
};

/** A forger adds a statement to an image that has a good one. */
export const goodAndForged: Origin = (input) => {
  const v1 = version(input);
  const image = ociImage({ seed: v1.sha });
  const good = provenance(input, v1, image.digest);
  return simple(input, image, 'v1.0.0', truth(v1, ALL, true), [asRepository([v1])], {
    pushes: [attached(image, bundle(good, 'trusted')), attached(image, bundle({ ...good, commit: forged(input), builder: 'evil/fork' }, 'trusted'), DSSE_TYPE, '.att')],
  });
};

/** The same digest was copied to another account, where it runs; its attestation stayed behind. */
export const promoted: Origin = (input) => {
  const v1 = version(input);
  const image = ociImage({ seed: v1.sha });
  const home = PLACES[(PLACES.indexOf(input.place) + 1) % PLACES.length] as Place;
  const statement = attached(image, bundle({ ...provenance(input, v1, image.digest), imageName: `${registryOf(home)}/${input.name}` }, 'trusted'));
  return simple(input, image, 'v1.0.0', truth(v1, ALL, true), [asRepository([v1])], { pushes: [{ image, tag: 'build', when: 'before', place: home }, { ...statement, place: home }] });
};
