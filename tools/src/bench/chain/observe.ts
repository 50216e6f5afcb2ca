import type { Exposure } from '@throughline/domain';
import { HOPS, type Hop } from './truth.js';

/** What the API answers to `GET /v1/trace`, as far as it is looked at. */
export interface TraceAnswer {
  readonly nodes: readonly { readonly urn: string; readonly kind: string }[];
  readonly links: readonly TraceLink[];
  readonly exposure: Exposure;
}
export interface TraceLink {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly method: string;
  readonly verified: boolean;
  readonly confidence: number;
  readonly validTo: string | null;
}

/** A source that a trace names for a running image. */
export interface Named {
  readonly hop: Hop;
  /** `github.com/acme/pay`, a commit id, the address of a run. */
  readonly value: string;
  /** Of the link into the image that it rests on. */
  readonly method: string;
  readonly verified: boolean;
}

/** What the platform says of one service. */
export interface Observed {
  /** Digests that are claimed to run. */
  readonly running: readonly string[];
  readonly claimed: readonly Named[];
  /** Shown, and not claimed. */
  readonly candidates: readonly Named[];
  readonly exposure: Exposure;
}

/** The contract: below it a link is shown and never claimed. */
const CLAIMED_FROM = 0.5;

/** Reads a backward trace of a service as a person would: what runs, and what is said of its origin. History does not count. */
export function observe(service: string, trace: TraceAnswer): Observed {
  const links = trace.links.filter((link) => link.validTo === null);
  const held = links.filter((link) => link.confidence >= CLAIMED_FROM);
  const images = runningImages(`service:${service}`, held);
  const logical = oneImage(images, held);
  const into = (all: readonly TraceLink[]): Named[] => all.filter((link) => link.kind === 'produced' && logical.has(link.to)).flatMap((link) => sources(link, all));
  const claimed = distinct(into(held));
  return {
    running: images.map(digestOf), exposure: trace.exposure, claimed,
    candidates: distinct(into(links)).filter((item) => !claimed.some((other) => other.hop === item.hop && other.value === item.value)),
  };
}

function runningImages(service: string, links: readonly TraceLink[]): string[] {
  const before = (nodes: ReadonlySet<string>, kinds: readonly string[]): TraceLink[] => links.filter((link) => nodes.has(link.to) && kinds.includes(link.kind));
  const direct = before(new Set([service]), ['runs-as', 'part-of']);
  const middles = new Set(direct.map((link) => link.from).filter((node) => /^task(-definition)?:/.test(node)));
  const runs = [...direct, ...before(middles, ['runs-as'])].map((link) => link.from).filter((node) => node.startsWith('image:'));
  return [...new Set(runs)];
}

/** An index and the images of its platforms are one logical image: what is said of either is said of what runs. */
function oneImage(images: readonly string[], links: readonly TraceLink[]): Set<string> {
  const contains = links.filter((link) => link.kind === 'contains' && link.from.startsWith('image:') && link.to.startsWith('image:'));
  const indexes = contains.filter((link) => images.includes(link.to)).map((link) => link.from);
  const platforms = contains.filter((link) => images.includes(link.from)).map((link) => link.to);
  return new Set([...images, ...indexes, ...platforms]);
}

function sources(link: TraceLink, all: readonly TraceLink[]): Named[] {
  const named = (node: string): Named[] => hopsOf(node).map(([hop, value]) => ({ hop, value, method: link.method, verified: link.verified }));
  const behind = link.from.startsWith('build:') ? all.filter((item) => item.kind === 'built-by' && item.to === link.from).map((item) => item.from) : [];
  return [link.from, ...behind].flatMap(named);
}

/** Hops that a node's URN names by itself. */
function hopsOf(node: string): [Hop, string][] {
  const rest = node.slice(node.indexOf(':') + 1);
  if (node.startsWith('build:')) {
    const repository = /^(.+)\/actions\/runs\//.exec(rest)?.[1];
    return [['build', rest], ...(repository === undefined ? [] : [['repository', repository] as [Hop, string]])];
  }
  if (node.startsWith('commit:')) return [['commit', rest.slice(rest.lastIndexOf('@') + 1)], ['repository', rest.slice(0, rest.lastIndexOf('@'))]];
  if (!node.startsWith('repo:')) return [];
  return [['repository', rest.split('#')[0] ?? ''], ...(rest.includes('#') ? [['path', rest] as [Hop, string]] : [])];
}

export const digestOf = (image: string): string => image.slice(image.lastIndexOf('@') + 1);

function distinct(items: readonly Named[]): Named[] {
  const kept = new Map<string, Named>();
  for (const item of items) {
    const key = `${item.hop} ${item.value} ${item.method}`;
    if (!kept.get(key)?.verified) kept.set(key, item);
  }
  return [...kept.values()].sort((a, b) => HOPS.indexOf(a.hop) - HOPS.indexOf(b.hop));
}
