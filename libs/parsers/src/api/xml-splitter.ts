import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { ReportError, ResultRefusal } from './errors.js';
import type { ParseTally } from './contract.js';
import { MAX_DEPTH, MAX_ELEMENT_BYTES } from './json-splitter.js';
import type { PatternNode } from './patterns.js';

/** An XML element as data. Names are as written, with their prefix. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  /** All character data directly inside, CDATA included. */
  text: string;
  /** Among its siblings that are streamed or kept, by name, 0-based. */
  readonly index: number;
}

export interface XmlElement {
  readonly pattern: number;
  /** Index among its same-named siblings, of each element on the way below the root; the last is its own. */
  readonly path: readonly number[];
  readonly position: number;
  readonly value: XmlNode | undefined;
  readonly refusal: ResultRefusal | undefined;
  readonly head: Buffer | undefined;
}

interface Frame {
  readonly node: XmlNode;
  readonly pattern: PatternNode | undefined;
  readonly counts: Map<string, number>;
}

const MAX_REST_NODES = 2_000_000;

/**
 * Streams elements out of an XML document as JsonSplitter does for JSON: a path such as
 * `OWASPZAPReport.site.alerts.alertitem.instances.instance`. A DOCTYPE is refused outright, so there are no entities to
 * expand and nothing to fetch (XXE, billion laughs).
 */
export class XmlSplitter {
  readonly counts: number[] = [];
  readonly #parser = new SaxesParser({ xmlns: false, position: true });
  readonly #patterns: PatternNode;
  readonly #keepRest: boolean;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #frames: Frame[] = [];
  #out: XmlElement[] = [];
  #element: { readonly depth: number; readonly pattern: number; readonly path: readonly number[]; readonly position: number } | undefined;
  #dropDepth = 0;
  #size = 0;
  #nodes = 0;
  #root: XmlNode | undefined;

  constructor(options: { readonly patterns: PatternNode; readonly mode: 'rest' | 'elements'; readonly tally: ParseTally }) {
    this.#patterns = options.patterns;
    this.#keepRest = options.mode === 'rest';
    const parser = this.#parser;
    parser.on('doctype', () => {
      throw new ReportError('doctype_forbidden', 'the document holds a DOCTYPE; save the report without one', this.#place());
    });
    parser.on('error', (error) => {
      throw new ReportError('malformed', `the document is not well-formed XML (${error.message.replace(/^\d+:\d+: /, '').slice(0, 120)})`, this.#place());
    });
    parser.on('opentag', (tag) => this.#open(tag));
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
    parser.on('closetag', () => this.#close());
  }

  push(chunk: Buffer): XmlElement[] {
    this.#out = [];
    this.#parser.write(this.#decode(chunk));
    return this.#out;
  }

  end(): XmlNode | undefined {
    const rest = this.#decode(undefined);
    if (rest) this.#parser.write(rest);
    if (this.#frames.length > 0 || !this.#root) throw new ReportError('truncated', 'the document ends before its last element is closed', this.#place());
    this.#parser.close();
    return this.#root;
  }

  #decode(chunk: Buffer | undefined): string {
    try {
      return chunk ? this.#decoder.decode(chunk, { stream: true }) : this.#decoder.decode();
    } catch {
      throw new ReportError('invalid_utf8', 'the document holds bytes that are not UTF-8', this.#place());
    }
  }

  #place(): string {
    return String(this.#parser.position);
  }

  #open(tag: SaxesTagPlain): void {
    if (this.#frames.length >= MAX_DEPTH) throw new ReportError('depth_limit', `the document is nested deeper than ${MAX_DEPTH}`, this.#place());
    const parent = this.#frames[this.#frames.length - 1];
    const index = parent?.counts.get(tag.name) ?? 0;
    parent?.counts.set(tag.name, index + 1);
    const node: XmlNode = { name: tag.name, attributes: ownAttributes(tag.attributes), children: [], text: '', index };
    const pattern = parent ? parent.pattern?.children.get(tag.name) : this.#patterns.children.get(tag.name);
    this.#root ??= node;
    this.#frames.push({ node, pattern, counts: new Map() });
    if (this.#element || this.#dropDepth > 0) return;
    if (pattern && pattern.element >= 0) {
      this.#element = { depth: this.#frames.length, pattern: pattern.element, path: this.#frames.slice(1).map((frame) => frame.node.index), position: this.#parser.position };
      this.#size = 0;
    } else if (pattern?.skip) this.#dropDepth = this.#frames.length;
  }

  #text(text: string): void {
    const frame = this.#frames[this.#frames.length - 1];
    if (!frame || this.#dropDepth > 0 || (!this.#element && !this.#keepRest) || (this.#element && this.#keepRest)) return;
    this.#size += text.length;
    if (!this.#element || this.#size <= MAX_ELEMENT_BYTES) frame.node.text += text;
  }

  #close(): void {
    const frame = this.#frames.pop() as Frame;
    const depth = this.#frames.length + 1;
    if (this.#element?.depth === depth) this.#finish(frame.node);
    else if (this.#dropDepth === depth) this.#dropDepth = 0;
    else if (this.#dropDepth === 0 && (this.#element ? !this.#keepRest : this.#keepRest)) {
      this.#nodes += 1;
      if (this.#keepRest && this.#nodes > MAX_REST_NODES) throw new ReportError('metadata_too_large', `the report holds more than ${MAX_REST_NODES} elements beside its results`, this.#place());
      this.#frames[this.#frames.length - 1]?.node.children.push(frame.node);
    }
  }

  #finish(node: XmlNode): void {
    const current = this.#element;
    if (!current) return;
    const { pattern, path, position } = current;
    this.#element = undefined;
    this.counts[pattern] = (this.counts[pattern] ?? 0) + 1;
    if (this.#keepRest) return;
    const tooLarge = this.#size > MAX_ELEMENT_BYTES;
    this.#out.push({
      pattern, path, position, value: tooLarge ? undefined : node,
      refusal: tooLarge ? new ResultRefusal('result_too_large', `the result is larger than ${MAX_ELEMENT_BYTES} bytes`) : undefined,
      head: tooLarge ? Buffer.from(`<${node.name}>`) : undefined,
    });
  }
}

function ownAttributes(attributes: Record<string, string>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) if (name !== '__proto__') own[name] = value;
  return own;
}

/** Children of that name, in order. */
export function childrenOf(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return node ? node.children.filter((child) => child.name === name) : [];
}

/** Text of the first child of that name, trimmed; empty when there is none. */
export function childText(node: XmlNode | undefined, name: string): string {
  return node?.children.find((child) => child.name === name)?.text.trim() ?? '';
}
