const UNITS: readonly (readonly [string, number])[] = [['y', 31_557_600], ['mo', 2_629_800], ['d', 86_400], ['h', 3600], ['min', 60]];
const NBSP = '\u00a0';

/** `3 h ago`, `in 6 d`, `just now`; the empty string for no time at all. */
export function relativeTime(iso: string | null | undefined, now: number): string {
  const time = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(time)) return '';
  const seconds = (now - time) / 1000;
  const size = span(Math.abs(seconds));
  if (size === '') return seconds >= -1 ? 'just now' : 'in a moment';
  return seconds >= 0 ? `${size} ago` : `in ${size}`;
}

/** Length of a span in its largest whole unit, `` under a minute. */
export function span(seconds: number): string {
  for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)}${NBSP}${unit}`;
  return '';
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** `12 Nov 2026 14:02 UTC`. */
export function utc(iso: string | null | undefined): string {
  const date = new Date(iso ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return '';
  return `${utcDay(date)} ${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

/** `12 Nov`. */
export function utcDay(at: Date | string): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`;
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** Whole per cent; never says 0 % of something or 100 % of not everything. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '–';
  const share = (part / whole) * 100;
  if (part > 0 && share < 1) return `<1${NBSP}%`;
  if (part < whole && share > 99) return `>99${NBSP}%`;
  return `${Math.round(share)}${NBSP}%`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Cut in the middle, so that both the start and the telling end of a path stay. */
export function middleCut(text: string, max: number): string {
  if (text.length <= max) return text;
  const tail = Math.ceil((max - 1) * 0.6);
  return `${text.slice(0, max - 1 - tail)}…${text.slice(-tail)}`;
}

/** Only http(s) addresses become links: reports are hostile input, and `javascript:` is one of their tricks. */
export function safeUrl(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

export interface Due { readonly text: string; readonly state: 'none' | 'ok' | 'soon' | 'late' }

/** `6 d left`, `2 d late`; soon is under three days. */
export function due(dueAt: string | null | undefined, now: number): Due {
  const time = dueAt ? Date.parse(dueAt) : Number.NaN;
  if (Number.isNaN(time)) return { text: 'no SLA', state: 'none' };
  const seconds = (time - now) / 1000;
  const size = span(Math.abs(seconds)) || `1${NBSP}min`;
  if (seconds < 0) return { text: `${size} late`, state: 'late' };
  return { text: `${size} left`, state: seconds < 3 * 86_400 ? 'soon' : 'ok' };
}

/** The part of a purl, digest, ARN or URN that a reader knows it by. */
export function shortName(text: string): string {
  if (text.startsWith('pkg:')) return decode(text.slice(4).split('?')[0]?.split('/').slice(1).join('/') ?? text);
  const digest = /^(.*)@?sha256:([0-9a-f]{12})[0-9a-f]*$/.exec(text);
  if (digest) return `${lastSegment((digest[1] ?? '').replace(/@$/, '').replace(/^image:/, ''))}@${digest[2] ?? ''}`.replace(/^@/, '');
  const colon = text.indexOf(':');
  return lastSegment(colon > 0 ? text.slice(colon + 1) : text);
}

function lastSegment(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

function decode(text: string): string {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** Where the flaw is, in one line. */
export function place(finding: { location: { path?: string; startLine?: number; url?: string; method?: string; parameter?: string; resource?: string } | null; component: { purl: string } | null; asset: string }): string {
  const at = finding.location;
  if (at?.url) return `${at.method ? `${at.method} ` : ''}${at.url}${at.parameter ? ` (${at.parameter})` : ''}`;
  if (finding.component) return shortName(finding.component.purl);
  if (at?.path) return at.startLine ? `${at.path}:${at.startLine}` : at.path;
  return at?.resource || shortName(finding.asset);
}

export function sentenceCase(text: string): string {
  const words = text.replace(/[-_]/g, ' ').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
