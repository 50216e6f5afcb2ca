import type { Census } from './census.js';
import { assignedNames, goesOn, separated, uses } from './code.js';
import { isControl, isWholeFile } from './controls.js';
import { repeats, sameVersion, type Node } from './node.js';
import { gap, overlap, type Overlap } from './place.js';
import { routeOf, sameParameter } from './routes.js';

/** Why two views are at one place. Confidence before the evidence for the kind is weighed. */
export interface Place {
  readonly rule: string;
  readonly confidence: number;
  /** 0 to 1, among joins of equal confidence: how well they fit. */
  readonly fit: number;
  readonly fields: readonly string[];
}

const LINES = ['path', 'startLine', 'endLine'];
const COLUMNS = [...LINES, 'startColumn', 'endColumn'];

/** Kinds where input flows from one statement to the next. */
const FLOWS = new Set([
  'sql-injection', 'command-injection', 'code-injection', 'template-injection', 'expression-injection', 'ldap-injection', 'xpath-injection', 'nosql-injection', 'log-injection', 'header-injection',
  'xss', 'path-traversal', 'deserialization', 'ssrf', 'xxe', 'open-redirect',
]);

/** How many lines apart the definition of a name and its use may be to be one flaw. */
export const NEAR = 4;

/** The best reason why two views of the same kinds are at one place; undefined when there is none. */
export function relate(a: Node, b: Node, kinds: readonly string[], census: Census): Place | undefined {
  if (a.signature === b.signature && !repeats(a, b)) return undefined;
  if (a.view.class === 'dast' || b.view.class === 'dast') return byRoute(a, b, kinds);
  if (a.view.path !== b.view.path) return undefined;
  if (contradictoryResources(a.view.resource, b.view.resource)) return undefined;
  const places = a.view.path === '' ? [] : sameVersion(a, b) ? inOneVersion(a, b, kinds, census) : [byCode(a, b, census)];
  return [...places, byResource(a, b)].reduce((best, place) => (place !== undefined && (best === undefined || place.confidence > best.confidence) ? place : best), undefined);
}

function byRoute(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  if (a.view.class !== b.view.class || a.view.url === '' || routeOf(a.view) !== routeOf(b.view)) return undefined;
  if (!kinds.some((kind) => sameParameter(a.view, b.view, kind))) return undefined;
  return { rule: 'same-route', confidence: 0.92, fit: a.view.parameter === b.view.parameter ? 1 : 0.5, fields: ['method', 'url', 'parameter'] };
}

function byResource(a: Node, b: Node): Place | undefined {
  if (a.view.resource === '' || a.view.resource !== b.view.resource) return undefined;
  return { rule: 'same-resource', confidence: 0.92, fit: 1, fields: ['path', 'resource'] };
}

const TERRAFORM = /^(?:module\.[\w.[\]"-]+\.)?(?:data\.)?[a-z0-9]+_[a-z0-9_]+\.[\w-]+$/;

/** Addresses of one language that differ; other tools' names for resources compare only when equal. */
const contradictoryResources = (a: string, b: string): boolean => a !== b && TERRAFORM.test(a) && TERRAFORM.test(b);

/** Shorter code than this is in too many lines to name one. */
const TELLING = 6;

/**
 * Lines of two versions do not compare. Code does that each version shows once to the rule: equal, or, on a line of the
 * same number, one tool's stretch of the other's line.
 */
function byCode(a: Node, b: Node, census: Census): Place | undefined {
  if (a.code === '' || b.code === '' || !census.unique(a) || !census.unique(b)) return undefined;
  if (a.code === b.code) return { rule: 'same-code', confidence: 0.82, fit: 1, fields: ['path', 'snippet'] };
  const [short, long] = a.code.length < b.code.length ? [a.code, b.code] : [b.code, a.code];
  if (short.length < TELLING || !long.includes(short)) return undefined;
  const shared = overlap(a.region, b.region);
  if (shared === undefined || shared.rule === 'apart-on-line') return undefined;
  return { rule: 'same-code', confidence: 0.76, fit: short.length / long.length, fields: ['path', 'startLine', 'snippet'] };
}

function inOneVersion(a: Node, b: Node, kinds: readonly string[], census: Census): readonly (Place | undefined)[] {
  if (differingSecrets(a, b) || contradictoryCode(a, b)) return [];
  const shared = overlap(a.region, b.region);
  const flow = alongFlow(a, b) ?? alongFlow(b, a);
  if (shared === undefined) return [flow, followsOn(a, b), definesUse(a, b, kinds), wholeFile(a, b, kinds)];
  if (sameSecret(a, b)) return [{ rule: 'same-secret', confidence: 0.97, fit: 1, fields: ['path', 'startLine', 'secret'] }];
  return [byOverlap(a, b, shared, kinds, census), flow, wholeFile(a, b, kinds)];
}

const sameSecret = (a: Node, b: Node): boolean => a.view.secret !== '' && a.view.secret === b.view.secret;

/** Two values on one line are two secrets, unless the tools cut one value differently out of the same columns. */
function differingSecrets(a: Node, b: Node): boolean {
  if (a.view.secret === '' || b.view.secret === '' || a.view.secret === b.view.secret) return false;
  const shared = overlap(a.region, b.region)?.rule;
  return shared !== 'same-region' && shared !== 'overlapping-columns';
}

/** Of unknown versions nothing says that lines compare: then differing code says that they do not. */
function contradictoryCode(a: Node, b: Node): boolean {
  if (a.view.version !== '' || a.code === '' || b.code === '' || a.view.class === 'secrets' || b.view.class === 'secrets') return false;
  return !a.code.includes(b.code) && !b.code.includes(a.code);
}

function byOverlap(a: Node, b: Node, shared: Overlap, kinds: readonly string[], census: Census): Place | undefined {
  const { rule, fit } = shared;
  if (rule === 'same-region') return { rule, confidence: 0.98, fit, fields: COLUMNS };
  if (rule === 'overlapping-columns') return { rule, confidence: 0.92, fit, fields: COLUMNS };
  if (rule === 'same-line') return { rule, confidence: 0.88, fit, fields: LINES };
  if (rule === 'apart-on-line') return apartOnLine(a, b, kinds, census);
  const confidence = ofLines(a, b, kinds);
  return confidence === undefined ? undefined : { rule, confidence, fit, fields: LINES };
}

/** A statement is a few lines; a longer region is a pattern's context, of which only the ends say where the flaw is. */
function ofLines(a: Node, b: Node, kinds: readonly string[]): number | undefined {
  if (kinds.some(isControl)) return 0.85;
  const longest = Math.max(a.region.end - a.region.start, b.region.end - b.region.start) + 1;
  if (a.region.start === b.region.start) return 0.86;
  if (longest <= 3) return 0.84;
  if (a.region.end === b.region.end) return 0.78;
  return longest <= 10 ? 0.74 : undefined;
}

/**
 * Two tools flag different columns of a line (the call, its argument). They mean the same when no rule found several
 * flaws of the kind there; else the first belongs to the first, if both found equally many.
 */
function apartOnLine(a: Node, b: Node, kinds: readonly string[], census: Census): Place | undefined {
  if (a.view.tool === b.view.tool) return undefined;
  const [left, right] = a.region.from < b.region.from ? [a, b] : [b, a];
  for (const kind of kinds) {
    if (census.most(a, kind) === 1) {
      if ([a, b].some(({ view }) => separated(view.snippet, left.region, right.region))) return undefined;
      return { rule: 'same-line', confidence: 0.72, fit: 0.5, fields: LINES };
    }
    const count = census.count(a, kind);
    if (count > 1 && count === census.count(b, kind) && census.rank(a, kind) === census.rank(b, kind)) return { rule: 'same-order', confidence: 0.68, fit: 0.5, fields: COLUMNS };
  }
  return undefined;
}

/** One tool's data flow passes the other's place; two flows that end in one place are one flaw before that. */
function alongFlow(a: Node, b: Node): Place | undefined {
  if (a.view.tool === b.view.tool || b.region.start === 0) return undefined;
  const last = a.view.flow.length - 1;
  const at = a.view.flow.findLastIndex((step) => step.path === b.view.path && step.line >= b.region.start && step.line <= b.region.end);
  if (at < 0) return undefined;
  return { rule: 'on-flow', confidence: at === last ? 0.85 : 0.7, fit: (at + 1) / (last + 1), fields: ['path', 'startLine', 'flow'] };
}

function followsOn(a: Node, b: Node): Place | undefined {
  const [first, second] = a.region.start <= b.region.start ? [a, b] : [b, a];
  const distance = gap(first.region, second.region);
  if (first.region.start === 0 || distance > 3 || first.view.tool === second.view.tool || !goesOn(first.view.snippet)) return undefined;
  return { rule: 'one-statement', confidence: 0.74, fit: 1 / distance, fields: ['path', 'startLine', 'snippet'] };
}

/** `q = "…" % x` and, a few lines below, `execute(q)`. */
function definesUse(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  const [first, second] = a.region.start <= b.region.start ? [a, b] : [b, a];
  const distance = gap(first.region, second.region);
  if (first.region.start === 0 || distance > NEAR || !kinds.some((kind) => FLOWS.has(kind))) return undefined;
  if (!assignedNames(first.view.snippet).some((name) => uses(second.view.snippet, name))) return undefined;
  return { rule: 'define-use', confidence: 0.7, fit: 1 / distance, fields: ['path', 'startLine', 'snippet'] };
}

function wholeFile(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  return kinds.some(isWholeFile) ? { rule: 'same-file', confidence: 0.85, fit: 1, fields: ['path'] } : undefined;
}
