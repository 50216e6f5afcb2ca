import type { Finding } from '../api/answers.js';
import { cut, plain, type Paint } from '../terminal.js';
import { columns, count, paragraphs } from './lines.js';

export const bandPaint = (band: string, paint: Paint): ((text: string) => string) => ({ act: paint.red, attend: paint.yellow })[band] ?? paint.dim;

export const identifierOf = (finding: Pick<Finding, 'identifiers'>): string => {
  const [first] = finding.identifiers;
  return typeof first === 'string' ? first : first?.value ?? first?.id ?? '';
};

/** Where a finding is: file and line, address, resource or component. */
export function placeOf({ location, component, asset }: Finding): string {
  if (location?.path) return `${location.path}${location.startLine ? `:${location.startLine}` : ''}`;
  return location?.url || location?.resource || component?.purl || asset;
}

const STATE = (finding: Finding): string => finding.decision ?? finding.status;

/** A table, the most urgent first as it came. Pure. */
export function renderFindings(items: readonly Finding[], more: boolean, width: number, paint: Paint): string {
  if (items.length === 0) return 'No finding fits.\n';
  const rows = items.map((finding) => [
    finding.score.toFixed(1), finding.band, finding.severity, identifierOf(finding) || finding.class, finding.exposure, finding.team || '-', STATE(finding), finding.service || finding.repository || '-', finding.id, finding.title,
  ].map(plain));
  const [head = '', ...lines] = columns([['SCORE', 'BAND', 'SEVERITY', 'ID', 'EXPOSURE', 'TEAM', 'STATE', 'SERVICE', 'FINDING', 'TITLE'], ...rows]);
  const fitted = (line: string): string => (width > 0 ? cut(line, Math.max(width, 80)) : line);
  return paragraphs([
    paint.bold(fitted(head)), ...lines.map((line, index) => bandPaint(items[index]?.band ?? '', paint)(fitted(line))),
    paint.dim(`${count(items.length, 'finding')}${more ? '; there are more (--limit)' : ''}`),
  ]);
}
