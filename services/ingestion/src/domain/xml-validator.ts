import { SaxesParser } from 'saxes';
import { MAX_DEPTH } from './json-validator.js';
import { refuse } from './refusal.js';

/** Largest stretch of bytes without a tag end: the parser keeps names, attributes and sections of that size in memory. */
const MAX_TOKEN = 16 * 1024 * 1024;
/** A document type declaration can only stand before the root element. */
const MAX_PROLOG = 64 * 1024;

export interface XmlValidator {
  /** Valid UTF-8, cut anywhere. Throws UploadRefused. */
  write(chunk: Uint8Array): void;
  end(): void;
}

/**
 * Well-formedness of XML while it streams. A DOCTYPE is refused before anything of it is read: entities, external
 * subsets and parameter entities all need one. The parser fetches nothing and expands only the five built-in entities.
 */
export function xmlValidator(): XmlValidator {
  const decoder = new TextDecoder('utf-8');
  const parser = new SaxesParser({ xmlns: false, position: true });
  let depth = 0;
  let sinceTag = 0;
  let prolog: string | undefined = '';
  let started = false;
  const place = (): string => `line ${parser.line}, column ${parser.column}`;
  parser.on('opentag', () => {
    started = true;
    sinceTag = 0;
    depth += 1;
    if (depth > MAX_DEPTH) throw refuse('depth_limit', `XML is nested deeper than ${MAX_DEPTH} levels`, place());
  });
  parser.on('closetag', () => {
    depth -= 1;
    sinceTag = 0;
  });
  parser.on('doctype', () => {
    throw doctype(place());
  });
  parser.on('error', (error) => {
    // The parser calls this for its own complaints only; refusals thrown above pass by.
    throw refuse(/unclosed|end of file|unexpected end/i.test(error.message) ? 'truncated' : 'xml_malformed', `the XML is not well-formed: ${error.message.replace(/^\d+:\d+: /, '').slice(0, 200)}`, place());
  });
  const look = (text: string): void => {
    if (prolog === undefined) return;
    prolog += text;
    const at = prolog.search(/<!doctype/i);
    const root = prolog.search(/<[A-Za-z_:\u0080-\uffff]/);
    if (at >= 0 && (root < 0 || at < root)) throw doctype(`character ${at}`);
    if (root >= 0) prolog = undefined;
    else if (prolog.length > MAX_PROLOG) throw refuse('xml_malformed', `no element within the first ${MAX_PROLOG} characters`, 'byte 0');
  };
  const feed = (text: string): void => {
    look(text);
    sinceTag += text.length;
    if (sinceTag > MAX_TOKEN + text.length) throw refuse('xml_token_limit', `more than ${MAX_TOKEN} characters without a tag`, place());
    parser.write(text);
  };
  return {
    write(chunk) {
      feed(decoder.decode(chunk, { stream: true }));
    },
    end() {
      parser.write(decoder.decode());
      if (!started) throw refuse('truncated', 'the XML has no element', place());
      parser.close();
    },
  };
}

const doctype = (position: string): Error =>
  refuse('doctype_forbidden', 'a document type declaration (DOCTYPE, entities) is not taken; remove it from the report', position);
