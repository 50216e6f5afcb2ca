import type { ParseContext, ParsedItem, ParseTally, QuarantinedResult, Report, ReportMeta } from './contract.js';
import { DraftSealer, type DraftInput } from './draft.js';
import { ReportError, ResultRefusal } from './errors.js';
import { CAPS, clean, cut, oneLine } from './text.js';

/** What a parser writes for its format; the streaming, counting, quarantine, caps and redaction are not its business. */
export interface ResultReader<S, E> {
  /**
   * From the rest of the document (everything but the results) and the number of elements by pattern: what the report
   * says of itself, and whatever the results need of it (rules, targets). Throws ReportError when required parts miss.
   */
  begin(rest: unknown, counts: readonly number[]): { readonly meta: ReportMeta; readonly state: S };
  /** Results that stand in the rest itself (an alert without instances); they count like the others and come last. */
  extra?(state: S): readonly E[];
  /** One result. null: the element says that there is no flaw. Throws ResultRefusal to quarantine it. */
  read(element: E, state: S): DraftInput | null;
}

/** An element as a splitter cut it out. */
export interface CutElement {
  readonly position: number;
  readonly refusal: ResultRefusal | undefined;
  readonly head: Buffer | undefined;
  readonly value: unknown;
}

/** One reading of a document: yields elements by batches; `end` afterwards. */
export interface DocumentPasses<E extends CutElement> {
  /** Counts elements and gives the rest; throws ReportError when the document is broken anywhere. */
  first(report: Report, tally: ParseTally): Promise<{ readonly rest: unknown; readonly counts: readonly number[] }>;
  second(report: Report, tally: ParseTally): AsyncIterable<readonly E[]>;
}

/**
 * Reads a report in two passes: the first proves that the document is whole, counts its results and keeps the small
 * rest; the second reads the results one by one. Therefore metadata may stand anywhere in the file, a torn file is
 * refused before its first result, and the count that the drafts must add up to is not made by the code that makes them.
 */
export async function* readResults<S, E extends CutElement>(passes: DocumentPasses<E>, reader: ResultReader<S, E>, report: Report, context: ParseContext): AsyncGenerator<ParsedItem> {
  const tally: ParseTally = { droppedKeys: 0, strippedNuls: 0, cutFields: 0, redacted: 0 };
  const { rest, counts } = await passes.first(report, tally);
  const streamed = counts.reduce((sum, count) => sum + (count || 0), 0);
  const sealer = new DraftSealer(context, tally);
  const { meta, state } = open(reader, rest, counts);
  yield { kind: 'meta', meta: sealMeta(meta, sealer, tally) };
  let ordinal = 0;
  let notFlaws = 0;
  for await (const batch of passes.second(report, tally)) {
    for (const element of batch) {
      const item = readOne(element, ordinal, state, reader, sealer, tally);
      ordinal += 1;
      if (item) yield item;
      else notFlaws += 1;
    }
  }
  if (ordinal !== streamed) throw new ReportError('changed_between_passes', `the file held ${streamed} results at first and ${ordinal} when they were read`);
  for (const element of reader.extra?.(state) ?? []) {
    const item = readOne(element, ordinal, state, reader, sealer, tally);
    ordinal += 1;
    if (item) yield item;
    else notFlaws += 1;
  }
  const counted = ordinal;
  yield { kind: 'end', summary: { counted, notFlaws, reported: counted - notFlaws, tally } };
}

/** Metadata of a wrong shape refuses the report: without it no result can be placed. */
function open<S, E extends CutElement>(reader: ResultReader<S, E>, rest: unknown, counts: readonly number[]): { readonly meta: ReportMeta; readonly state: S } {
  try {
    return reader.begin(rest, counts);
  } catch (error) {
    if (error instanceof ReportError) throw error;
    throw new ReportError('malformed', error instanceof ResultRefusal ? error.message : 'the report describes itself in a shape that cannot be read');
  }
}

function readOne<S, E extends CutElement>(element: E, ordinal: number, state: S, reader: ResultReader<S, E>, sealer: DraftSealer, tally: ParseTally): ParsedItem | null {
  try {
    if (element.refusal) throw element.refusal;
    const input = reader.read(element, state);
    return input && { kind: 'draft', draft: sealer.seal(input, ordinal) };
  } catch (error) {
    if (error instanceof ReportError) throw error;
    return { kind: 'quarantined', quarantined: quarantine(element, ordinal, error, sealer, tally) };
  }
}

function quarantine(element: CutElement, ordinal: number, error: unknown, sealer: DraftSealer, tally: ParseTally): QuarantinedResult {
  const refusal = error instanceof ResultRefusal ? error : new ResultRefusal('wrong_type', `the result could not be read (${error instanceof Error ? error.name : 'error'})`);
  const raw = element.head ? element.head.toString('utf8') : excerptOf(element.value);
  const excerpt = sealer.redactor.one(clean(raw.slice(0, 2000), tally), secretsIn(element.value));
  return { position: `result ${ordinal} at byte ${element.position}`, ordinal, code: refusal.code, message: sealer.redactor.one(refusal.message), excerpt: cut(oneLine(excerpt), CAPS.excerpt) };
}

function excerptOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/**
 * Scanners of secrets put the bare value, or a digest that a short value can be guessed from, under one of these names;
 * it is redacted by name, not by shape.
 */
function secretsIn(value: unknown): { type: string; value: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter(([key, member]) => /^(?:secret|hashed_secret|match|offender|line|snippet|code|raw|rawv2)$/i.test(key) && typeof member === 'string' && member.length >= 4)
    .map(([, member]) => ({ type: 'secret', value: member as string }));
}

function sealMeta(meta: ReportMeta, sealer: DraftSealer, tally: ParseTally): ReportMeta {
  const text = (value: string, cap: number): string => cut(oneLine(sealer.redactor.one(clean(value, tally))), cap);
  return {
    ...meta, tool: text(meta.tool, 100).toLowerCase(), toolVersion: text(meta.toolVersion, 100),
    hints: Object.fromEntries(Object.entries(meta.hints).filter(([, value]) => value).map(([key, value]) => [key, text(String(value), 512)])),
    problems: meta.problems.slice(0, 20).map((problem) => ({ ...problem, message: text(problem.message, 300) })),
  };
}
