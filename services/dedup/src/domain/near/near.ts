import type { FindingDraft } from '@throughline/contracts';
import type { Content } from '../content.js';
import { fingerprint, shortId, type Fingerprint } from '../identity/fingerprint.js';
import { repositoryPath, routeTemplate } from '../identity/normalize.js';
import type { FullOccurrence } from '../model.js';
import type { View } from './view.js';

/** What of a result matching sees, whether it is a draft or was stored. */
type Shown = Pick<FindingDraft, 'class' | 'rule' | 'title' | 'weaknesses' | 'location' | 'codeFlow' | 'secret' | 'component'>;

export function viewOf(id: string, shown: Shown, native: string, version: string): View {
  const { location, rule } = shown;
  return {
    id, class: shown.class, tool: rule.tool, rule: rule.id, ruleName: rule.name, title: shown.title, weaknesses: shown.weaknesses,
    path: repositoryPath(location?.path ?? ''), startLine: location?.startLine ?? 0, endLine: Math.max(location?.startLine ?? 0, location?.endLine ?? 0),
    startColumn: location?.startColumn ?? 0, endColumn: location?.endColumn ?? 0, snippet: location?.snippet ?? '', symbol: location?.symbol ?? '', native,
    flow: shown.codeFlow.map((step) => ({ path: repositoryPath(step.path), line: step.line })),
    url: location?.url ?? '', method: location?.method ?? '', parameter: location?.parameter ?? '', resource: location?.resource ?? '',
    secret: shown.secret?.hash ?? '', version,
  };
}

/** A stored occurrence; its lines are those of its scope's newest version, or of the last one that showed it. */
export function viewOfOccurrence(one: FullOccurrence, findingClass: string): View {
  const { content } = one;
  return viewOf(`${one.scopeId}|${one.id}`, { ...content, class: content.class ?? findingClass }, content.native ?? '', one.lastVersion || one.scope.version);
}

/** Whether anything can be near a result; what cannot is decided by strong keys alone. */
export const hasNear = (draft: Pick<FindingDraft, 'class' | 'location'>): boolean => draft.location !== null && placeOf({ ...draft.location, class: draft.class }) !== undefined;

/** Where a result lies, for the look-up of results near it. */
export interface Near {
  readonly key: Fingerprint | null;
  readonly pathKey: string | null;
  readonly line: number;
  readonly endLine: number;
}

/** Lines in a bucket. Wide enough that the block of one resource or the body of one function rarely spans three. */
const BAND = 32;
/** A statement's lines, and rivals in the lines around it: what is nearly as near makes a join doubtful. */
const REACH = 10;
/** Steps of a data flow at which another tool may flag the flaw; a longer flow's ends say most. */
const MAX_STEPS = 8;

/** Nothing is near a flaw in a package: its identity is its name. */
function placeOf({ class: kind, path, url, method, resource }: Pick<View, 'class' | 'path' | 'url' | 'method' | 'resource'>): { readonly place: string; readonly lines: boolean } | undefined {
  if (kind === 'sca' || kind === 'container') return undefined;
  if (path !== '') return { place: `path|${path}`, lines: true };
  if (url !== '') return { place: `route|${method.toUpperCase() || 'GET'}|${routeTemplate(url)}`, lines: false };
  return resource === '' ? undefined : { place: `resource|${resource}`, lines: false };
}

export const pathKeyOf = (path: string): string => shortId(fingerprint('path', path));

export function nearOf(content: Content, findingClass: string, assetId: string): Near {
  const { location } = content;
  const path = repositoryPath(location?.path ?? '');
  const line = location?.startLine ?? 0;
  const place = location === null ? undefined : placeOf({ ...location, class: findingClass, path });
  return {
    key: place === undefined ? null : bucket(assetId, place.place, place.lines ? line : 0),
    pathKey: path === '' ? null : pathKeyOf(path), line, endLine: Math.max(line, location?.endLine ?? 0),
  };
}

export interface NearLookup {
  readonly key: Fingerprint;
  readonly from: number;
  readonly upto: number;
}

/** Buckets that hold whatever may lie near a result, and the lines that count. */
export function nearLookups(view: View, assetId: string): readonly NearLookup[] {
  const place = placeOf(view);
  if (place === undefined) return [];
  if (!place.lines) return [{ key: bucket(assetId, place.place, 0), from: 0, upto: 0 }];
  const from = Math.max(0, view.startLine - REACH);
  const upto = Math.min(view.endLine, view.startLine + 4 * BAND) + REACH;
  return [...bands(assetId, place.place, Math.max(0, from - BAND), upto).map((key) => ({ key, from, upto })), ...stepsOf(view).flatMap(({ path, line }) => (
    bands(assetId, `path|${path}`, Math.max(0, line - REACH), line).map((key) => ({ key, from: line, upto: line }))))];
}

function bands(assetId: string, place: string, from: number, upto: number): readonly Fingerprint[] {
  const first = Math.floor(from / BAND);
  return Array.from({ length: Math.floor(upto / BAND) - first + 1 }, (_, index) => bucket(assetId, place, (first + index) * BAND));
}

/** Steps elsewhere than the result itself. */
function stepsOf({ flow, path, startLine, endLine }: View): View['flow'] {
  const elsewhere = flow.filter((step) => step.path !== '' && step.line > 0 && !(step.path === path && step.line >= startLine && step.line <= endLine));
  return elsewhere.length <= MAX_STEPS ? elsewhere : [...elsewhere.slice(0, MAX_STEPS / 2), ...elsewhere.slice(-MAX_STEPS / 2)];
}

const bucket = (assetId: string, place: string, line: number): Fingerprint => fingerprint('near', assetId, place, Math.floor(line / BAND));
