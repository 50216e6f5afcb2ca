import { jsonValidator } from './json-validator.js';
import { refuse } from './refusal.js';
import { textReader } from './text.js';
import { xmlValidator } from './xml-validator.js';

export type ReportKind = 'json' | 'json-lines' | 'xml' | 'text';

export interface ReportSummary {
  readonly kind: ReportKind;
  /** NUL characters that were left out. */
  readonly nulsStripped: number;
}

/** One pass over a report: brings it to UTF-8 and checks that it is whole. The kind is taken from its first character. */
export interface ReportValidator {
  /** The bytes to keep. Throws UploadRefused. */
  write(chunk: Uint8Array): Uint8Array;
  /** Throws UploadRefused when the report is empty or cut off. */
  end(): { readonly rest: Uint8Array; readonly summary: ReportSummary };
}

interface Syntax {
  write(chunk: Uint8Array): void;
  end(): ReportKind;
}

export function reportValidator(): ReportValidator {
  const text = textReader();
  let syntax: Syntax | undefined;
  const check = (bytes: Uint8Array): Uint8Array => {
    if (syntax === undefined) {
      const first = bytes.find((byte) => byte > 0x20);
      // White space in front is legal JSON and worth nothing to anybody else; it waits for no one.
      if (first === undefined) return bytes;
      syntax = syntaxOf(first);
    }
    syntax.write(bytes);
    return bytes;
  };
  return {
    write: (chunk) => check(text.write(chunk)),
    end() {
      const rest = check(text.end());
      if (syntax === undefined) throw refuse('empty_report', 'the report holds nothing', 'byte 0');
      return { rest, summary: { kind: syntax.end(), nulsStripped: text.nulsStripped } };
    },
  };
}

function syntaxOf(first: number): Syntax {
  if (first === 0x7b || first === 0x5b) {
    const json = jsonValidator();
    return { write: (chunk) => json.write(chunk), end: () => (json.end().lines ? 'json-lines' : 'json') };
  }
  if (first === 0x3c) {
    const xml = xmlValidator();
    return { write: (chunk) => xml.write(chunk), end: () => (xml.end(), 'xml') };
  }
  return { write: () => undefined, end: () => 'text' };
}
