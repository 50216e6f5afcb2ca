/** Names that a reader judges by, in the order in which they tell most. */
const TELLING = ['builder', 'predicateType', 'issuer', 'identity', 'keyId', 'workflow', 'labels', 'tag', 'file', 'line', 'container', 'environment', 'url', 'source', 'rivals'];

/** One line of what a link rests on; empty when nothing was kept. */
export function evidenceLine(evidence: unknown): string {
  if (typeof evidence === 'string') return evidence;
  if (Array.isArray(evidence)) return evidence.map(evidenceLine).filter(Boolean).slice(0, 2).join('; ');
  if (typeof evidence !== 'object' || evidence === null) return '';
  const of = evidence as Readonly<Record<string, unknown>>;
  const names = [...TELLING.filter((name) => name in of), ...Object.keys(of).filter((name) => !TELLING.includes(name))];
  return names.map((name) => said(name, of[name])).filter(Boolean).slice(0, 3).join(' · ');
}

function said(name: string, value: unknown): string {
  const text = Array.isArray(value) ? value.map(String).slice(0, 3).join(', ') : typeof value === 'object' && value !== null ? Object.entries(value).map(([key, one]) => `${key.split('.').at(-1) ?? key} ${String(one)}`).slice(0, 2).join(', ') : value === undefined || value === null ? '' : String(value);
  return text === '' ? '' : `${name.replace(/([A-Z])/g, ' $1').toLowerCase()} ${text}`;
}
