import type { Census } from './census.js';
import { assignedNames, goesOn, separated, uses } from './code.js';
import { isControl, isWholeFile } from './controls.js';
import { repeats, sameVersion, type Node } from './node.js';
import { contains, gap, isPoint, overlap, type Overlap } from './place.js';
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
const CODE = ['path', 'startLine', 'snippet'];

/**
 * How sure a place makes that two views of one kind are one flaw, before `meet` weighs the evidence for the kind (1 when
 * both rules say it, 0.97 by weakness, 0.94 mixed, 0.9 by a title). Judged, not measured: what counts is their order,
 * and that a policy can cut below a line (0.8: regions that share a line or more; 0.6: all).
 */
const CONFIDENCE = {
  'same-region': 0.98, 'same-secret': 0.97, 'overlapping-columns': 0.92, 'same-route': 0.92, 'same-resource': 0.92, 'same-line': 0.88,
  'same-first-line': 0.86, 'same-block': 0.85, 'same-file': 0.85, 'end-of-flow': 0.85, 'few-lines': 0.84, 'same-code': 0.82, 'same-last-line': 0.78, 'part-of-code': 0.76,
  'within-statement': 0.74, 'one-statement': 0.74, 'apart-on-line': 0.72, 'points-on-line': 0.72, 'identical-region': 0.7, 'around-call': 0.7, 'on-flow': 0.7, 'define-use': 0.7, 'same-order': 0.68, 'same-line-then': 0.65,
} as const;

const placed = (rule: keyof typeof CONFIDENCE, fit: number, fields: readonly string[]): Place => ({ rule, confidence: CONFIDENCE[rule], fit, fields });

/** The very same region, of which only one rule says what is wrong there. */
export const UNNAMED: Place = placed('identical-region', 1, COLUMNS);

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
  if (a.view.path !== b.view.path) return sameVersion(a, b) ? alongFlow(a, b) ?? alongFlow(b, a) : undefined;
  if (contradictoryResources(a.view.resource, b.view.resource)) return undefined;
  const places = a.view.path === '' ? [] : sameVersion(a, b) ? inOneVersion(a, b, kinds, census) : [byCode(a, b, census), byLineThen(a, b, kinds, census)];
  return [...places, byResource(a, b)].reduce((best, place) => (place !== undefined && (best === undefined || place.confidence > best.confidence) ? place : best), undefined);
}

function byRoute(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  if (a.view.class !== b.view.class || a.view.url === '' || routeOf(a.view) !== routeOf(b.view)) return undefined;
  if (!kinds.some((kind) => sameParameter(a.view, b.view, kind))) return undefined;
  return placed('same-route', a.view.parameter === b.view.parameter ? 1 : 0.5, ['method', 'url', 'parameter']);
}

function byResource(a: Node, b: Node): Place | undefined {
  if (a.view.resource === '' || a.view.resource !== b.view.resource) return undefined;
  return placed('same-resource', 1, ['path', 'resource']);
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
  if (a.code === b.code) return placed('same-code', 1, ['path', 'snippet']);
  const [short, long] = a.code.length < b.code.length ? [a.code, b.code] : [b.code, a.code];
  if (short.length < TELLING || !long.includes(short)) return undefined;
  const shared = overlap(a.region, b.region);
  if (shared === undefined || shared.rule === 'apart-on-line') return undefined;
  return placed('part-of-code', short.length / long.length, CODE);
}

/**
 * A tool that gives no code never agrees with another's by code when they scanned different commits. Then the same line
 * must do, if no rule of either shows the kind anywhere near. What goes wrong: the flaw was mended and another of its
 * kind written on that line, or one that only the other tool sees was shifted onto it; the new one then hides in the old
 * finding until a scan of the first tool says which of them is gone. So it is the least sure of all joins (a policy
 * above 0.65 makes none), needs a kind that a rule says or both weaknesses (0.65 × 0.94 > 0.6), and what both give,
 * code or the function's name, must agree.
 */
function byLineThen(a: Node, b: Node, kinds: readonly string[], census: Census): Place | undefined {
  if (a.view.tool === b.view.tool || a.region.start !== b.region.start || (a.code !== '' && b.code !== '')) return undefined;
  const shared = overlap(a.region, b.region)?.rule;
  if (shared === undefined || shared === 'apart-on-line' || differingSecrets(a, b) || !namesAgree(a.view.symbol, b.view.symbol)) return undefined;
  return kinds.some((kind) => census.alone.nearby(a, kind) && census.alone.nearby(b, kind)) ? placed('same-line-then', 1, LINES) : undefined;
}

/** `Depot.fetch` and `fetch` are one function. */
function namesAgree(a: string, b: string): boolean {
  const last = (name: string): string | undefined => name.split(/[^\w$]/).filter((part) => part !== '').at(-1);
  return a === '' || b === '' || last(a) === last(b);
}

function inOneVersion(a: Node, b: Node, kinds: readonly string[], census: Census): readonly (Place | undefined)[] {
  if (differingSecrets(a, b) || contradictoryCode(a, b)) return [];
  const shared = overlap(a.region, b.region);
  const flow = alongFlow(a, b) ?? alongFlow(b, a);
  if (shared === undefined) return [flow, followsOn(a, b), definesUse(a, b, kinds), wholeFile(a, b, kinds)];
  if (sameSecret(a, b)) return [placed('same-secret', 1, ['path', 'startLine', 'secret'])];
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

function byOverlap(a: Node, b: Node, { rule, fit }: Overlap, kinds: readonly string[], census: Census): Place | undefined {
  if (rule === 'same-region' || rule === 'overlapping-columns') return placed(rule, fit, COLUMNS);
  if (rule === 'same-line') return placed(rule, fit, LINES);
  if (rule === 'apart-on-line') return apartOnLine(a, b, kinds, census);
  const lines = ofLines(a, b, kinds) ?? aroundCall(a, b, kinds, census);
  return lines && placed(lines, fit, LINES);
}

/** A statement is a few lines; a longer region is a pattern's context, of which only the ends say where the flaw is. */
function ofLines(a: Node, b: Node, kinds: readonly string[]): 'same-block' | 'same-first-line' | 'few-lines' | 'same-last-line' | 'within-statement' | undefined {
  if (kinds.some(isControl)) return 'same-block';
  const longest = Math.max(a.region.end - a.region.start, b.region.end - b.region.start) + 1;
  if (a.region.start === b.region.start) return 'same-first-line';
  if (longest <= 3) return 'few-lines';
  if (a.region.end === b.region.end) return 'same-last-line';
  return longest <= 10 ? 'within-statement' : undefined;
}

/** One tool shows all from the source to the sink, the other the sink: one flaw, where each kind of input flows but once. */
function aroundCall(a: Node, b: Node, kinds: readonly string[], census: Census): 'around-call' | undefined {
  const outer = contains(a.region, b.region) ? a : contains(b.region, a.region) ? b : undefined;
  return outer !== undefined && kinds.some((kind) => FLOWS.has(kind) && census.alone.around(outer, kind)) ? 'around-call' : undefined;
}

/** Whether a join rests on lines of a region that may hold more than one flaw. */
export const overLines = (rule: string): boolean => /^(?:same-block|same-first-line|few-lines|same-last-line|within-statement|around-call)$/.test(rule);

/**
 * Two tools flag different columns of a line (the call, its argument). They mean the same when no rule found several
 * flaws of the kind there; else the first belongs to the first, if both found equally many.
 */
function apartOnLine(a: Node, b: Node, kinds: readonly string[], census: Census): Place | undefined {
  if (a.view.tool === b.view.tool) return pointsOnLine(a, b, kinds, census);
  const [left, right] = a.region.from < b.region.from ? [a, b] : [b, a];
  for (const kind of kinds) {
    if (census.most(a, kind) === 1) {
      if ([a, b].some(({ view }) => separated(view.snippet, left.region, right.region))) return undefined;
      return placed('apart-on-line', 0.5, LINES);
    }
    const count = census.count(a, kind);
    if (count > 1 && count === census.count(b, kind) && census.rank(a, kind) === census.rank(b, kind)) return placed('same-order', 0.5, COLUMNS);
  }
  return undefined;
}

/**
 * A tool that tells only where something begins shows the call by one rule and its argument by another (gosec G304 and
 * G703). With regions it would have said that they lie apart; two results of either rule on the line say it, too.
 */
function pointsOnLine(a: Node, b: Node, kinds: readonly string[], census: Census): Place | undefined {
  if (!isPoint(a.region) || !isPoint(b.region) || !kinds.some((kind) => census.most(a, kind) === 1)) return undefined;
  const [left, right] = a.region.from < b.region.from ? [a, b] : [b, a];
  if ([a, b].some(({ view }) => separated(view.snippet, left.region, right.region))) return undefined;
  return placed('points-on-line', 0.5, LINES);
}

/** One tool's data flow passes the other's place; two flows that end in one place are one flaw before that. */
function alongFlow(a: Node, b: Node): Place | undefined {
  if (a.view.tool === b.view.tool || b.region.start === 0) return undefined;
  const last = a.view.flow.length - 1;
  const at = a.view.flow.findLastIndex((step) => step.path === b.view.path && step.line >= b.region.start && step.line <= b.region.end);
  if (at < 0) return undefined;
  return placed(at === last ? 'end-of-flow' : 'on-flow', (at + 1) / (last + 1), ['path', 'startLine', 'flow']);
}

function followsOn(a: Node, b: Node): Place | undefined {
  const [first, second] = a.region.start <= b.region.start ? [a, b] : [b, a];
  const distance = gap(first.region, second.region);
  if (first.region.start === 0 || distance > 3 || first.view.tool === second.view.tool || !goesOn(first.view.snippet)) return undefined;
  return placed('one-statement', 1 / distance, CODE);
}

/** `q = "…" % x` and, a few lines below, `execute(q)`. */
function definesUse(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  const [first, second] = a.region.start <= b.region.start ? [a, b] : [b, a];
  const distance = gap(first.region, second.region);
  if (first.region.start === 0 || distance > NEAR || !kinds.some((kind) => FLOWS.has(kind))) return undefined;
  if (!assignedNames(first.view.snippet).some((name) => uses(second.view.snippet, name))) return undefined;
  return placed('define-use', 1 / distance, CODE);
}

function wholeFile(a: Node, b: Node, kinds: readonly string[]): Place | undefined {
  return kinds.some(isWholeFile) ? placed('same-file', 1, ['path']) : undefined;
}
