import { normalizedSnippet } from '../identity/normalize.js';
import type { View } from '../near/view.js';
import { natureOf, type Nature } from './kinds.js';
import { regionOf, sameRegion, type Region } from './place.js';
import { signatureOf, type Neighbour } from './types.js';

/** A view with everything that comparing it needs, computed once. */
export interface Node {
  readonly view: View;
  /** '' for a fresh result. */
  readonly findingId: string;
  readonly apart: readonly string[];
  readonly signature: string;
  readonly region: Region;
  readonly nature: Nature;
  readonly code: string;
}

/** All views in one order that depends on what they show, so that no answer depends on the order of the question. */
export function nodesOf(fresh: readonly View[], neighbours: readonly Neighbour[]): readonly Node[] {
  const natures = new Map<string, Nature>();
  const nature = (view: View): Nature => {
    const key = [view.class, view.tool, view.rule, view.ruleName, view.title, ...view.weaknesses].join('\u0000');
    const known = natures.get(key) ?? natureOf(view);
    natures.set(key, known);
    return known;
  };
  const node = (view: View, findingId: string, apart: readonly string[]): Node => ({
    view, findingId, apart, signature: signatureOf(view), region: regionOf(view), nature: nature(view), code: normalizedSnippet(view.snippet),
  });
  return [...fresh.map((view) => node(view, '', [])), ...neighbours.map((one) => node(one, one.findingId, one.apart))].sort(inOrder);
}

function inOrder(a: Node, b: Node): number {
  return byText(a.view.path, b.view.path) || a.region.start - b.region.start || a.region.from - b.region.from || a.region.end - b.region.end || a.region.to - b.region.to
    || byText(a.signature, b.signature) || byText(a.findingId, b.findingId) || byText(a.view.id, b.view.id);
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Lines are comparable only within one version. */
export const sameVersion = (a: Node, b: Node): boolean => a.view.version === b.view.version;

/** One rule at two regions is two flaws; only the very same region, with columns, is one. */
export function repeats(a: Node, b: Node): boolean {
  return a.signature === b.signature && sameVersion(a, b) && a.region.from > 0 && sameRegion(a.region, b.region) && a.view.resource === b.view.resource && a.view.url === b.view.url;
}
