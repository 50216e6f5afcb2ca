import type { FindingDraft } from '@throughline/contracts';
import { contentHash, contentOf } from '../src/domain/content.js';
import { track, type DriftAnswer, type DriftQuestion } from '../src/domain/drift/index.js';
import { identify } from '../src/domain/identity/index.js';
import { match, type Prepared } from '../src/domain/match.js';
import type { Occurrence } from '../src/domain/model.js';
import { viewOf } from '../src/domain/near/near.js';
import type { Shown } from './drift-world.js';

/** What one comparison of two scans got right. */
export interface Measure {
  /** Flaws that both scans show. */
  truth: number;
  joined: number;
  right: number;
  ambiguous: number;
}

const header = { target: { path: '', application: '', service: '', repository: '', environment: '' } } as unknown as Parameters<typeof contentOf>[1];

function draftOf({ rule, path, line, endLine, snippet, symbol }: Shown): FindingDraft {
  return {
    ordinal: 0, class: 'sast', title: rule, description: '', severity: { original: 'error', normalized: 'high', rule: 'sarif.level' }, cvss: [], rule: { tool: 'scanner', id: rule, name: '', helpUri: '' },
    identifiers: [], weaknesses: ['CWE-89'], component: null, codeFlow: [], fingerprints: {}, secret: null, suppressions: [], references: [], remediation: '', reachability: '', detectedAt: '', attributes: {},
    location: { path, startLine: line, endLine, startColumn: 0, endColumn: 0, snippet, symbol, url: '', method: '', parameter: '', resource: '' },
  };
}

interface Seen extends Prepared {
  readonly truth: number;
}

const preparedOf = (shown: Shown): Seen => {
  const draft = draftOf(shown);
  const content = contentOf(draft, header);
  return { draft, part: 0, identity: identify(draft, 'asset'), content, contentHash: contentHash(content), truth: shown.truth };
};

/** The first scan's results as the occurrences that they become. */
function occurrencesOf(seen: readonly Seen[]): readonly (Occurrence & { readonly seen: Seen })[] {
  return match(seen, [], new Set()).map(({ prepared, ordinal }) => ({
    id: `${prepared.identity.group}#${ordinal}`, scopeId: 's', group: prepared.identity.group, ordinal, findingId: `F${(prepared as Seen).truth}`, contentHash: prepared.contentHash, sequence: 1,
    absences: 0, firstSequence: 1, sinceSequence: 1, goneSequence: null, line: prepared.draft.location?.startLine ?? 0, seen: prepared as Seen,
  }));
}

export interface Compared {
  readonly question: DriftQuestion;
  readonly answer: DriftAnswer;
  readonly all: Measure;
  /** Of the flaws that neither place nor content key finds: what drift is for. */
  readonly drifted: Measure;
}

/** Two scans of one stream, the way the service compares them: own occurrences and keys first, drift for what they leave. */
export function compareScans(before: readonly Shown[], now: readonly Shown[]): Compared {
  const known = occurrencesOf(before.map(preparedOf));
  const seen = now.map(preparedOf);
  const matched = match(seen, known, new Set());
  const found = new Set(matched.map((one) => one.known?.id));
  const rowOf = new Map(known.map((one) => [one.id, one]));
  const left = matched.filter((one) => one.known === undefined && !one.repeated).map(({ prepared }) => prepared as Seen);
  const gone = known.filter((one) => !found.has(one.id));
  const question: DriftQuestion = {
    fresh: left.map((one) => viewOf(`n${one.truth}`, one.draft, '', 'v2')),
    gone: gone.map((one) => ({ ...viewOf(`o${one.seen.truth}`, one.seen.draft, '', 'v1'), findingId: one.findingId })),
    anchors: matched.filter((one) => one.known !== undefined).map(({ prepared, known: row }) => ({ path: prepared.draft.location?.path ?? '', from: row?.line ?? 0, to: prepared.draft.location?.startLine ?? 0 })),
    knownPaths: new Set(before.map((one) => one.path)), shownPaths: new Set(now.map((one) => one.path)), whole: true, minConfidence: 0.6,
  };
  const answer = track(question);
  const pairs = answer.joins.map((one) => ({ now: Number(one.fresh.slice(1)), before: Number(one.gone.slice(1)) }));
  const placed = matched.flatMap(({ prepared, known: row }) => (row === undefined ? [] : [{ now: (prepared as Seen).truth, before: rowOf.get(row.id)?.seen.truth ?? 0 }]));
  const goneTruths = gone.map((one) => one.seen.truth);
  return {
    question, answer,
    all: measured([...placed, ...pairs], before.map((one) => one.truth), now.map((one) => one.truth), answer.ambiguous.length),
    drifted: measured(pairs, goneTruths, left.map((one) => one.truth), answer.ambiguous.length),
  };
}

function measured(pairs: readonly { readonly now: number; readonly before: number }[], before: readonly number[], now: readonly number[], ambiguous: number): Measure {
  const truths = new Set(before);
  return { truth: now.filter((one) => truths.has(one)).length, joined: pairs.length, right: pairs.filter((one) => one.now === one.before).length, ambiguous };
}

export const sum = (all: readonly Measure[]): Measure => all.reduce((total, one) => ({
  truth: total.truth + one.truth, joined: total.joined + one.joined, right: total.right + one.right, ambiguous: total.ambiguous + one.ambiguous,
}), { truth: 0, joined: 0, right: 0, ambiguous: 0 });
export const precision = (one: Measure): number => (one.joined === 0 ? 1 : one.right / one.joined);
export const recall = (one: Measure): number => (one.truth === 0 ? 1 : one.right / one.truth);
