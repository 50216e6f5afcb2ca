import type { FindingClass } from '@throughline/domain';
import type { CodeLocation, Component, CvssScore, FindingDraft, FlowStep, ParseContext, ParseTally, RuleRef, Suppression } from './contract.js';
import { Redactor, type KnownSecret } from './redact.js';
import { bareSecret, isDigest, type SecretDigest } from './secret-identity.js';
import type { MappedSeverity } from './severity.js';
import { CAPS, clean, cut, oneLine } from './text.js';

/** What a parser says of one result; everything that it leaves out is empty. Texts are raw: sealing bounds and redacts them. */
export interface DraftInput {
  readonly class: FindingClass;
  readonly title: string;
  readonly description?: string;
  readonly severity: MappedSeverity;
  readonly cvss?: readonly CvssScore[];
  readonly rule: Pick<RuleRef, 'tool' | 'id'> & Partial<RuleRef>;
  readonly identifiers?: readonly string[];
  readonly weaknesses?: readonly string[];
  readonly component?: Partial<Component> | null;
  readonly location?: Partial<CodeLocation> | null;
  readonly codeFlow?: readonly FlowStep[];
  readonly fingerprints?: Readonly<Record<string, string>>;
  /** The secret that the result is about: hashed into `secret`; a value is taken out of every text. */
  readonly secret?: KnownSecret | SecretDigest | null;
  /** Further values to take out of the texts, which are not what the result is about. */
  readonly alsoSecret?: readonly KnownSecret[];
  readonly suppressions?: readonly Suppression[];
  readonly references?: readonly string[];
  readonly remediation?: string;
  readonly reachability?: string;
  readonly detectedAt?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export const MAX_DRAFT_BYTES = 32 * 1024;
/** Read beyond a field's cap so that a secret at the cut is still recognised. */
const MARGIN = 512;

/** Turns inputs of parsers into drafts: bounded, cleaned, redacted. One a parse. */
export class DraftSealer {
  readonly #context: ParseContext;
  readonly #tally: ParseTally;
  readonly redactor: Redactor;

  constructor(context: ParseContext, tally: ParseTally) {
    this.#context = context;
    this.#tally = tally;
    this.redactor = new Redactor(context.hashSecret, tally);
  }

  seal(input: DraftInput, ordinal: number): FindingDraft {
    const known = input.secret && !isDigest(input.secret) ? [input.secret, ...(input.alsoSecret ?? [])] : (input.alsoSecret ?? []);
    const texts = new TextBag(this.#tally);
    const draft = layOut(input, ordinal, texts);
    texts.redact((raw) => this.redactor.all(raw, known));
    return shrink({ ...draft(), secret: this.#secret(input.secret) }, this.#tally);
  }

  #secret(secret: DraftInput['secret']): FindingDraft['secret'] {
    if (!secret || (!isDigest(secret) && bareSecret(secret.value) === '')) return null;
    const { hash, keyVersion } = isDigest(secret) ? this.#context.hashSecretSha1(secret.sha1) : this.#context.hashSecret(bareSecret(secret.value));
    return { type: cut(clean(secret.type, this.#tally), CAPS.secretType), hash, keyVersion };
  }
}

/** Puts every text of a draft into the bag; the function that it returns takes them out again, redacted and cut. */
function layOut(input: DraftInput, ordinal: number, texts: TextBag): () => Omit<FindingDraft, 'secret'> {
  const title = texts.add(oneLine(input.title.slice(0, 2000)), CAPS.title);
  const description = texts.add(input.description, CAPS.description);
  const remediation = texts.add(input.remediation, CAPS.remediation);
  const original = texts.add(input.severity.original, CAPS.severity);
  const rule = texts.addAll([input.rule.tool.toLowerCase(), input.rule.id, input.rule.name, input.rule.helpUri], [CAPS.tool, CAPS.ruleId, CAPS.ruleName, CAPS.reference]);
  const location = input.location ? layOutLocation(input.location, texts) : undefined;
  const component = input.component ? layOutComponent(input.component, texts) : undefined;
  const references = texts.addList(input.references, CAPS.references, CAPS.reference);
  const flow = (input.codeFlow ?? NONE).slice(0, CAPS.flowSteps).map((step) => ({ line: step.line, at: texts.addAll([step.path, step.message], [CAPS.path, CAPS.flowMessage]) }));
  const suppressions = (input.suppressions ?? NONE).slice(0, CAPS.suppressions).map((one) => texts.addAll([one.kind, one.status, one.justification], [CAPS.word, CAPS.word, CAPS.justification]));
  const fingerprints = texts.addMap(input.fingerprints, CAPS.fingerprints, CAPS.fingerprint);
  const attributes = texts.addMap(input.attributes, CAPS.attributes, CAPS.attribute);
  return () => {
    const at = (index: number): string => texts.at(index);
    const [tool, id, name, helpUri] = [at(rule), at(rule + 1), at(rule + 2), at(rule + 3)];
    return {
      ordinal, class: input.class, title: at(title) || name || id, description: at(description), remediation: at(remediation), severity: { ...input.severity, original: at(original) },
      cvss: (input.cvss ?? NONE).filter(isVector).slice(0, CAPS.cvss), rule: { tool, id, name, helpUri },
      identifiers: unique(input.identifiers, CAPS.identifiers).filter((one) => IDENTIFIER.test(one)), weaknesses: unique(input.weaknesses, CAPS.weaknesses),
      location: location?.() ?? null, component: component?.() ?? null,
      codeFlow: flow.map((step) => ({ path: at(step.at), line: step.line, message: at(step.at + 1) })),
      suppressions: suppressions.map((one) => ({ kind: at(one), status: at(one + 1), justification: at(one + 2) })),
      fingerprints: texts.mapAt(fingerprints), attributes: texts.mapAt(attributes), references: references.map(at),
      reachability: input.reachability ?? '', detectedAt: input.detectedAt ?? '',
    };
  };
}

function layOutLocation(location: Partial<CodeLocation>, texts: TextBag): () => CodeLocation {
  const { startLine = 0, endLine = 0, startColumn = 0, endColumn = 0 } = location;
  const from = texts.addAll(
    [location.path, plainLines(location.snippet), location.symbol, location.url, location.method?.toUpperCase(), location.parameter, location.resource],
    [CAPS.path, CAPS.snippet, CAPS.symbol, CAPS.url, CAPS.word, CAPS.parameter, CAPS.resource],
  );
  return () => ({
    path: texts.at(from), startLine, endLine, startColumn, endColumn, snippet: texts.at(from + 1), symbol: texts.at(from + 2), url: texts.at(from + 3),
    method: texts.at(from + 4), parameter: texts.at(from + 5), resource: texts.at(from + 6),
  });
}

/** Snippets with one kind of line end and nothing around their lines: what two formats of one tool differ in. */
function plainLines(snippet: string | undefined): string | undefined {
  return snippet?.replace(/\r\n?/g, '\n').replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

function layOutComponent(component: Partial<Component>, texts: TextBag): () => Component {
  const from = texts.addAll(
    [component.purl, component.name, component.version, component.ecosystem, component.filePath, component.layer], [CAPS.purl, CAPS.purl, CAPS.version, CAPS.word, CAPS.path, CAPS.version],
  );
  const fixed = texts.addList(component.fixedVersions, CAPS.fixedVersions, CAPS.version);
  const path = texts.addList(component.dependencyPath, CAPS.dependencyPath, CAPS.purl);
  return () => ({
    purl: texts.at(from), name: texts.at(from + 1), version: texts.at(from + 2), ecosystem: texts.at(from + 3), filePath: texts.at(from + 4), layer: texts.at(from + 5),
    fixedVersions: fixed.map((index) => texts.at(index)), dependencyPath: path.map((index) => texts.at(index)),
  });
}

/** Texts of one draft on their way through the redactor, each with its cap. */
class TextBag {
  #raw: string[] = [];
  readonly #caps: number[] = [];
  readonly #tally: ParseTally;

  constructor(tally: ParseTally) {
    this.#tally = tally;
  }

  /** Index of the text. */
  add(value: string | undefined, cap: number): number {
    this.#raw.push(value === undefined || value === '' ? '' : clean(value.length > cap + MARGIN ? wholeTokens(value, cap + MARGIN) : value, this.#tally));
    return this.#caps.push(cap) - 1;
  }

  /** Index of the first; the others follow it. */
  addAll(values: readonly (string | undefined)[], caps: readonly number[]): number {
    const first = this.#raw.length;
    values.forEach((value, index) => this.add(value, caps[index] as number));
    return first;
  }

  addList(values: readonly string[] | undefined, count: number, cap: number): readonly number[] {
    return unique(values, count).map((value) => this.add(value, cap));
  }

  addMap(map: Readonly<Record<string, string>> | undefined, count: number, cap: number): readonly (readonly [string, number])[] {
    if (!map) return NONE;
    const named = Object.entries(map).filter(([name, value]) => value !== '' && name !== '__proto__' && name.length <= CAPS.attributeName);
    return named.slice(0, count).map(([name, value]) => [name, this.add(value, cap)] as const);
  }

  redact(all: (raw: readonly string[]) => readonly string[]): void {
    this.#raw = all(this.#raw).map((value, index) => cut(value, this.#caps[index] as number, this.#tally));
  }

  at(index: number): string {
    return this.#raw[index] as string;
  }

  mapAt(entries: readonly (readonly [string, number])[]): Record<string, string> {
    return Object.fromEntries(entries.map(([name, index]) => [name, this.at(index)]));
  }
}

/** The text up to `length`, less a token that the cut would tear: a torn secret is not recognised as one. */
function wholeTokens(value: string, length: number): string {
  const text = value.slice(0, length);
  const space = text.search(/\S{1,256}$/);
  return space > 0 ? text.slice(0, space) : text;
}

function unique(values: readonly string[] | undefined, count: number): readonly string[] {
  if (!values || values.length === 0) return NONE;
  return [...new Set(values)].filter((value) => value !== '').slice(0, count);
}

const NONE: readonly never[] = [];
const IDENTIFIER = /^[A-Z0-9][A-Z0-9:._~/-]{2,99}$/i;

/** A vector is letters, digits and its separators; anything else is somebody's text in the wrong field. */
function isVector(score: CvssScore): boolean {
  return /^[A-Za-z0-9:./()]{1,200}$/.test(score.vector);
}

/** Cuts a draft to 32 KiB: attributes first, then the flow's messages, references, description; never what tells flaws apart. */
function shrink(draft: FindingDraft, tally: ParseTally): FindingDraft {
  const steps: readonly ((value: FindingDraft) => FindingDraft)[] = [
    (value) => ({ ...value, attributes: {} }),
    (value) => ({ ...value, codeFlow: value.codeFlow.slice(0, 20).map((step) => ({ ...step, message: cut(step.message, 60) })) }),
    (value) => ({ ...value, references: value.references.slice(0, 5) }),
    (value) => ({ ...value, description: cut(value.description, 1500), remediation: cut(value.remediation, 800) }),
    (value) => ({ ...value, component: value.component && { ...value.component, dependencyPath: [], fixedVersions: value.component.fixedVersions.slice(0, 10) } }),
    (value) => ({ ...value, codeFlow: [], suppressions: value.suppressions.slice(0, 1), location: value.location && { ...value.location, snippet: cut(value.location.snippet, 500) } }),
    (value) => shortened(value) as FindingDraft,
  ];
  let out = draft;
  for (const step of steps) {
    if (draftBytes(out) <= MAX_DRAFT_BYTES) return out;
    tally.cutFields += 1;
    out = step(out);
  }
  return out;
}

/** The last resort, for texts of many bytes a character: lists of five, texts of 140 characters. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, 140);
  if (Array.isArray(value)) return value.slice(0, 5).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shortened(child)]));
}

/** Size of a draft on the wire, estimated from above without encoding it: texts in UTF-8 and two bytes of length each. */
export function draftBytes(draft: FindingDraft): number {
  let size = sizeOf(draft);
  for (const name of Object.keys(draft.attributes)) size += 2 + utf8Length(name);
  for (const name of Object.keys(draft.fingerprints)) size += 2 + utf8Length(name);
  return size;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 + utf8Length(value);
  if (typeof value !== 'object' || value === null) return 5;
  let size = 3;
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item);
  else for (const key in value) size += sizeOf((value as Record<string, unknown>)[key]);
  return size;
}

function utf8Length(value: string): number {
  return value.length < 8 ? value.length * 3 : Buffer.byteLength(value);
}
