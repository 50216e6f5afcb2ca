import type { FindingClass } from '@throughline/domain';
import type { CodeLocation, Component, CvssScore, FindingDraft, FlowStep, ParseContext, ParseTally, RuleRef, Suppression } from './contract.js';
import { Redactor, type KnownSecret } from './redact.js';
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
  /** The value of a secret that the result is about: hashed into `secret`, and taken out of every text. */
  readonly secret?: KnownSecret | null;
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
    const texts = new TextBag(this.#tally);
    const known = input.secret ? [input.secret, ...(input.alsoSecret ?? [])] : (input.alsoSecret ?? []);
    const attributes = bounded(input.attributes, CAPS.attributes, CAPS.attributeName);
    const location = input.location;
    const flow = (input.codeFlow ?? []).slice(0, CAPS.flowSteps);
    const suppressions = (input.suppressions ?? []).slice(0, CAPS.suppressions);
    texts.add(oneLine(input.title.slice(0, 2000)), CAPS.title);
    texts.add(input.description ?? '', CAPS.description);
    texts.add(input.remediation ?? '', CAPS.remediation);
    texts.add(location?.snippet ?? '', CAPS.snippet);
    texts.add(location?.path ?? '', CAPS.path);
    texts.add(location?.symbol ?? '', CAPS.symbol);
    texts.add(location?.url ?? '', CAPS.url);
    texts.add(location?.parameter ?? '', CAPS.parameter);
    texts.add(location?.resource ?? '', CAPS.resource);
    texts.add(input.rule.id, CAPS.ruleId);
    texts.add(input.rule.name ?? '', CAPS.ruleName);
    texts.add(input.rule.helpUri ?? '', CAPS.reference);
    texts.add(input.severity.original, CAPS.severity);
    const attributesFrom = texts.size;
    for (const [, value] of attributes) texts.add(value, CAPS.attribute);
    const flowFrom = texts.size;
    for (const step of flow) texts.add(step.path, CAPS.path).add(step.message, CAPS.flowMessage);
    const suppressionsFrom = texts.size;
    for (const suppression of suppressions) texts.add(suppression.justification, CAPS.justification);
    const referencesFrom = texts.size;
    const references = unique(input.references, CAPS.references);
    for (const reference of references) texts.add(reference, CAPS.reference);
    const out = texts.finish((raw) => this.redactor.all(raw, known));
    const at = (index: number): string => out[index] as string;
    const draft: FindingDraft = {
      ordinal, class: input.class, title: at(0) || at(10) || at(9), description: at(1), severity: { ...input.severity, original: at(12) },
      cvss: (input.cvss ?? []).filter(isVector).slice(0, CAPS.cvss),
      rule: { tool: cut(input.rule.tool.toLowerCase(), 100), id: at(9), name: at(10), helpUri: at(11) },
      identifiers: unique(input.identifiers, CAPS.identifiers).filter((id) => IDENTIFIER.test(id)),
      weaknesses: unique(input.weaknesses, CAPS.weaknesses),
      component: input.component ? this.#component(input.component) : null,
      location: location ? {
        path: at(4), startLine: location.startLine ?? 0, endLine: location.endLine ?? 0, startColumn: location.startColumn ?? 0, endColumn: location.endColumn ?? 0,
        snippet: at(3), symbol: at(5), url: at(6), method: cut(location.method ?? '', 20).toUpperCase(), parameter: at(7), resource: at(8),
      } : null,
      codeFlow: flow.map((step, index) => ({ path: at(flowFrom + 2 * index), line: step.line, message: at(flowFrom + 2 * index + 1) })),
      fingerprints: Object.fromEntries(bounded(input.fingerprints, CAPS.fingerprints, CAPS.attributeName).map(([name, value]) => [name, cut(this.redactor.one(clean(value, this.#tally), known), CAPS.fingerprint)])),
      secret: this.#secret(input.secret),
      suppressions: suppressions.map((suppression, index) => ({ kind: cut(suppression.kind, 40), status: cut(suppression.status, 40), justification: at(suppressionsFrom + index) })),
      references: references.map((_reference, index) => at(referencesFrom + index)),
      remediation: at(2), reachability: input.reachability ?? '', detectedAt: input.detectedAt ?? '',
      attributes: Object.fromEntries(attributes.map(([name], index) => [name, at(attributesFrom + index)])),
    };
    return shrink(draft, this.#tally);
  }

  #secret(secret: KnownSecret | null | undefined): FindingDraft['secret'] {
    if (!secret || secret.value.length === 0) return null;
    const { hash, keyVersion } = this.#context.hashSecret(secret.value);
    return { type: cut(secret.type, 80), hash, keyVersion };
  }

  #component(component: Partial<Component>): Component {
    const { purl = '', name = '', version = '', filePath = '' } = component;
    const whole = `${purl} ${name} ${version} ${filePath}`;
    const isClean = this.redactor.one(whole) === whole;
    const bound = (value: string | undefined, cap: number): string => cut(clean(isClean ? (value ?? '') : this.redactor.one(value ?? ''), this.#tally), cap, this.#tally);
    return {
      purl: bound(purl, CAPS.purl), name: bound(name, CAPS.purl), version: bound(version, CAPS.version), ecosystem: bound(component.ecosystem, 40),
      fixedVersions: unique(component.fixedVersions, CAPS.fixedVersions).map((version) => cut(version, CAPS.version)),
      dependencyPath: (component.dependencyPath ?? []).slice(0, CAPS.dependencyPath).map((purl) => cut(purl, CAPS.purl)),
      filePath: bound(filePath, CAPS.path), layer: bound(component.layer, 200),
    };
  }
}

/** Texts of one draft on their way through the redactor, each with its cap. */
class TextBag {
  readonly #raw: string[] = [];
  readonly #caps: number[] = [];
  readonly #tally: ParseTally;

  constructor(tally: ParseTally) {
    this.#tally = tally;
  }

  get size(): number {
    return this.#raw.length;
  }

  add(value: string, cap: number): this {
    this.#raw.push(value === '' ? value : clean(value.length > cap + MARGIN ? wholeTokens(value, cap + MARGIN) : value, this.#tally));
    this.#caps.push(cap);
    return this;
  }

  finish(redact: (raw: readonly string[]) => readonly string[]): readonly string[] {
    return redact(this.#raw).map((value, index) => cut(value, this.#caps[index] as number, this.#tally));
  }
}

/** The text up to `length`, less a token that the cut would tear: a torn secret is not recognised as one. */
function wholeTokens(value: string, length: number): string {
  const text = value.slice(0, length);
  const space = text.search(/\S{1,256}$/);
  return space > 0 ? text.slice(0, space) : text;
}

function bounded(map: Readonly<Record<string, string>> | undefined, count: number, nameCap: number): [string, string][] {
  if (!map) return [];
  return Object.entries(map).filter(([name, value]) => value !== '' && name !== '__proto__' && name.length <= nameCap).slice(0, count);
}

function unique(values: readonly string[] | undefined, count: number): readonly string[] {
  if (!values || values.length === 0) return NONE;
  return [...new Set(values)].filter((value) => value !== '').slice(0, count);
}

const NONE: readonly string[] = [];
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
    (value) => ({ ...value, codeFlow: [], suppressions: value.suppressions.slice(0, 1), location: value.location && { ...value.location, snippet: cut(value.location.snippet, 500) } }),
  ];
  let out = draft;
  for (const step of steps) {
    if (draftBytes(out) <= MAX_DRAFT_BYTES) return out;
    tally.cutFields += 1;
    out = step(out);
  }
  return out;
}

/** Size of a draft on the wire, estimated from above without encoding it: texts in UTF-8 and two bytes of length each. */
export function draftBytes(draft: FindingDraft): number {
  return sizeOf(draft);
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
