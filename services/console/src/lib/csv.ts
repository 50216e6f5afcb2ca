import type { Finding } from '../api/types.js';

/** RFC 4180. A cell that a spreadsheet would read as a formula is quoted with an apostrophe, since titles come from reports. */
export function cell(value: unknown): string {
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const COLUMNS: readonly (readonly [string, (finding: Finding) => unknown])[] = [
  ['id', (f) => f.id], ['band', (f) => f.band], ['score', (f) => f.score], ['severity', (f) => f.severity], ['title', (f) => f.title], ['class', (f) => f.class],
  ['status', (f) => f.status], ['identifiers', (f) => f.identifiers.join(' ')], ['repository', (f) => f.repository], ['service', (f) => f.service], ['team', (f) => f.team],
  ['path', (f) => f.location?.path], ['line', (f) => f.location?.startLine], ['component', (f) => f.component?.purl],
  ['deployed', (f) => f.deployed], ['exposed', (f) => f.exposed], ['reachable', (f) => f.reachable], ['due', (f) => f.dueAt],
];

export function findingsCsv(findings: readonly Finding[]): string {
  return [COLUMNS.map(([name]) => name), ...findings.map((finding) => COLUMNS.map(([, read]) => cell(read(finding))))].map((row) => row.join(',')).join('\r\n') + '\r\n';
}
