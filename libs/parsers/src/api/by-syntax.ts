import type { Parser, Report } from './contract.js';
import { sniff } from './sniff.js';

/** For tools that write one report in two syntaxes: looks at the first bytes and hands over to the one that reads them. */
export function bySyntax(readers: Readonly<Record<'json' | 'xml', Parser['parse']>>): Parser['parse'] {
  return async function* parse(report, context) {
    const head = await headOf(report, 1024);
    yield* readers[sniff(head).syntax === 'xml' ? 'xml' : 'json'](report, context);
  };
}

/** The first bytes of a report, at least `size` of them unless it is shorter. */
export async function headOf(report: Report, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of report.open()) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= size) break;
  }
  return Buffer.concat(parts).subarray(0, size);
}
