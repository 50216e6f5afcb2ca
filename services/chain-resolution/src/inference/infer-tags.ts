import { kindOf } from '@throughline/domain';
import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { text, texts } from '../domain/assets.js';
import type { Asset } from '../domain/assets.js';
import { TAG_SOURCE, tagClaims, tagHint, tagOfUrn } from '../domain/inference/tags.js';
import { addTagHints, commitsLike, imagesHintingAt, loadTagHints } from '../persistence/hints.repository.js';
import type { StoredHint } from '../persistence/hints.repository.js';
import { postgresGraph } from '../persistence/graph.repository.js';
import type { Change } from '../resolution/apply-facts.js';
import { restate } from '../resolution/restate.js';
import { inSlices } from './touched.js';
import type { Touched } from './touched.js';

/** Links of images to the commits that their tags name: for images with new tags, and for images that waited for a commit. */
export async function inferFromTags(unit: Unit, tenant: TenantId, touched: Touched, now: Date): Promise<Change[]> {
  const hinting = await noteHints(unit, tenant, touched);
  const waiting = await imagesHintingAt(unit, tenant, touched.commits.map(shaOf));
  return inSlices([...new Set([...hinting, ...waiting])], (images) => inferSlice(unit, tenant, images, now));
}

async function inferSlice(unit: Unit, tenant: TenantId, images: readonly Urn[], now: Date): Promise<Change> {
  const hints = Map.groupBy(await loadTagHints(unit, tenant, images), (hint) => hint.image);
  const commits = (await commitsLike(unit, tenant, [...hints.values()].flat().map((hint) => hint.hex))).map((row) => ({ urn: row.urn, committedAt: timeOf(row.committedAt) }));
  const byPrefix = Map.groupBy(commits, (commit) => shaOf(commit.urn).slice(0, 7));
  const facts = await postgresGraph(unit, tenant, null).assets(images);
  const claims = images.flatMap((image) => {
    const own = (hints.get(image) ?? []).flatMap((hint) => tagHint(hint.tag) ?? []);
    const asset = facts.get(image);
    return tagClaims(image, own, own.flatMap((hint) => byPrefix.get(hint.hex.slice(0, 7)) ?? []), { pushedAt: timeOf(text(asset?.attributes['pushedAt'])), seenAt: asset?.firstSeen ?? now.getTime() });
  });
  return restate(unit, tenant, images.map((image) => ({ source: TAG_SOURCE, scope: image })), claims, now);
}

/** Tags stay with the image that bore them: one that moved says of both what they were built from. Returns the images that have any. */
async function noteHints(unit: Unit, tenant: TenantId, touched: Touched): Promise<Urn[]> {
  const tagged = touched.links.filter((link) => link.kind === 'tagged' && kindOf(link.from) === 'image').map((link): [Urn, string] => [link.from, tagOfUrn(link.to)]);
  const named = [...touched.images.values()].flatMap((asset) => tagsOf(asset).map((tag): [Urn, string] => [asset.urn, tag]));
  const hints = [...tagged, ...named].flatMap(([image, tag]): StoredHint[] => {
    const hint = tagHint(tag);
    return hint ? [{ image, tag: hint.tag, hex: hint.hex }] : [];
  });
  await addTagHints(unit, tenant, hints);
  // an image whose facts changed is judged again: when it was pushed decides what it can be built from
  return [...new Set(hints.map((hint) => hint.image))];
}

const tagsOf = ({ attributes }: Asset): string[] => [...texts(attributes['tags']), text(attributes['tag'])].filter((tag) => tag !== '');
const shaOf = (commit: Urn): string => commit.slice(commit.lastIndexOf('@') + 1);

function timeOf(value: string): number {
  const at = Date.parse(value);
  return Number.isFinite(at) && at > 0 ? at : 0;
}
