import {
  CAPS, EMPTY_FIELDS, ResultRefusal, isFields, lineNumber, list, looseText, normalizePath, sub, type CodeLocation, type Fields, type FlowStep,
} from '../../api/index.js';
import { listOf, messageText } from './rules.js';

/** What the locations of one run refer to. */
export interface RunPlaces {
  readonly roots: readonly string[];
  /** Path prefix by uriBaseId, for bases that lie below another. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly artifacts: readonly Fields[];
  readonly logical: readonly Fields[];
}

export function runPlaces(run: Fields): RunPlaces {
  const roots: string[] = [];
  const prefixes = new Map<string, string>();
  const bases = sub(run, 'originalUriBaseIds');
  for (const [id, base] of Object.entries(bases)) {
    if (!isFields(base)) continue;
    const uri = looseText(base, 'uri');
    const prefix = prefixOf(bases, id, 0);
    if (ABSOLUTE.test(uri)) roots.push(uri);
    else if (prefix !== '') prefixes.set(id, prefix);
  }
  for (const invocation of listOf(run, 'invocations')) {
    const directory = looseText(sub(invocation, 'workingDirectory'), 'uri');
    if (ABSOLUTE.test(directory)) roots.push(directory);
  }
  return { roots: roots.sort((left, right) => right.length - left.length), prefixes, artifacts: listOf(run, 'artifacts'), logical: listOf(run, 'logicalLocations') };
}

const ABSOLUTE = /^(?:file:|\/|[A-Za-z]:[\\/])/;
const DEEPEST_BASE = 8;

/** Path of a base below the root that the bases above it lead to (§3.14.14); empty for a root and for what leads out of it. */
function prefixOf(bases: Fields, id: string, depth: number): string {
  const base = sub(bases, id);
  const uri = looseText(base, 'uri');
  if (depth > DEEPEST_BASE || ABSOLUTE.test(uri) || uri.startsWith('..')) return '';
  const own = uri === '' || uri.endsWith('/') ? uri : `${uri}/`;
  const above = looseText(base, 'uriBaseId');
  return (above === '' ? '' : prefixOf(bases, above, depth + 1)) + own;
}

/** Location of a result: the first one; a result may have none (§3.27.12). Refuses one of a wrong type. */
export function primaryLocation(result: Fields, places: RunPlaces): Partial<CodeLocation> | null {
  const first = list(result, 'locations')[0];
  if (first === undefined || first === null) return null;
  if (!isFields(first)) throw new ResultRefusal('wrong_type', '"locations[0]" is not an object');
  const physical = sub(first, 'physicalLocation');
  const region = sub(physical, 'region');
  const uri = artifactPath(sub(physical, 'artifactLocation'), places);
  const isUrl = /^https?:\/\//i.test(uri);
  return {
    path: isUrl ? '' : uri, url: isUrl ? uri : '',
    startLine: lineNumber(region, 'startLine'), endLine: lineNumber(region, 'endLine') || lineNumber(region, 'startLine'),
    startColumn: lineNumber(region, 'startColumn'), endColumn: lineNumber(region, 'endColumn'),
    snippet: snippetOf(region, sub(physical, 'contextRegion')),
    symbol: symbolOf(first, places),
  };
}

/**
 * The flagged lines. Of the context around a region only the lines that the region names count, since what stands
 * beside a flaw changes without it. They also serve where the region's own snippet holds fewer lines than the region
 * (Bandit shows the first one).
 */
function snippetOf(region: Fields, context: Fields): string {
  const own = messageText(sub(region, 'snippet'));
  const around = messageText(sub(context, 'snippet'));
  if (around === '') return own;
  const [from, first] = [lineNumber(region, 'startLine'), lineNumber(context, 'startLine')];
  const to = Math.max(from, lineNumber(region, 'endLine'));
  const lines = around.split(LINE_END);
  const flagged = from > 0 && first > 0 && from >= first && to - first < lines.length ? lines.slice(from - first, to - first + 1) : [];
  if (own !== '' && (flagged.length === 0 || own.trimEnd().split(LINE_END).length >= flagged.length)) return own;
  return flagged.join('\n') || around;
}

const LINE_END = /\r\n|\r|\n/;

function artifactPath(location: Fields, places: RunPlaces): string {
  const index = location['index'];
  const named = looseText(location, 'uri') !== '' || typeof index !== 'number' ? location : sub(places.artifacts[index] ?? EMPTY_FIELDS, 'location');
  const uri = looseText(named, 'uri');
  const relative = /^(?:[a-z][a-z0-9+.-]*:|\/|\\)/i.test(uri) ? '' : (places.prefixes.get(looseText(named, 'uriBaseId')) ?? '');
  return normalizePath(relative + uri, { roots: places.roots });
}

function symbolOf(location: Fields, places: RunPlaces): string {
  for (const inline of listOf(location, 'logicalLocations')) {
    const index = inline['index'];
    const whole = typeof index === 'number' ? { ...places.logical[index], ...inline } : inline;
    const name = looseText(whole, 'fullyQualifiedName') || looseText(whole, 'decoratedName') || looseText(whole, 'name');
    if (name) return name;
  }
  return '';
}

/** The first thread flow, source to sink. Longer flows keep both ends, since the middle says least. */
export function codeFlowOf(result: Fields, places: RunPlaces): readonly FlowStep[] {
  const flow = listOf(result, 'codeFlows')[0];
  const thread = flow && listOf(flow, 'threadFlows')[0];
  if (!thread) return [];
  const steps = listOf(thread, 'locations').map((step) => sub(step, 'location')).map((location) => ({
    path: artifactPath(sub(sub(location, 'physicalLocation'), 'artifactLocation'), places),
    line: lineNumber(sub(sub(location, 'physicalLocation'), 'region'), 'startLine'),
    message: messageText(sub(location, 'message')),
  })).filter((step) => step.path !== '' || step.message !== '');
  const half = CAPS.flowSteps / 2;
  return steps.length <= CAPS.flowSteps ? steps : [...steps.slice(0, half), ...steps.slice(-half)];
}
