import type { Decider, HistoryView } from '../persistence/history-query.repository.js';
import type { Pair, Told } from '../domain/told.js';
import type { FindingView } from '../persistence/finding-query.repository.js';

const CAUSE: Readonly<Record<string, string>> = {
  finding: 'a scan changed the finding', chain: 'its deployment context changed', intel: 'EPSS or KEV changed', time: 'its clock reached a step',
};
const SYSTEM = 'Throughline';

/** Who, what, when and why. */
export function presentHistory(entry: HistoryView, decider?: Decider): object {
  if (entry.ticket !== null) return presentTicket(entry, entry.ticket);
  const { told, changes } = entry;
  const parts = [...(told === null ? [] : toldWords(told)), ...riskWords(entry)];
  return {
    at: entry.at, who: told?.by ?? decider?.who ?? SYSTEM, what: parts.join('; ') || 'its fields changed', why: whyOf(entry, decider), cause: told?.by ? 'correction' : entry.cause,
    scan: entry.scanId, finding: told?.other ?? null, ticket: null, version: entry.version, findingVersion: entry.findingVersion, changes: { ...evidenceChanges(told), ...changes },
  };
}

const TICKET_WORDS: Readonly<Record<string, string>> = {
  pending: 'is being made', open: 'is open', 'in-verification': 'waits for the scan that proves the fix', done: 'is done', closed: 'was closed', failed: 'could not be written', parked: 'was parked',
};

function presentTicket(entry: HistoryView, { id, status, key, destination, error }: NonNullable<HistoryView['ticket']>): object {
  return {
    at: entry.at, who: SYSTEM, what: `ticket ${key || destination} ${TICKET_WORDS[status] ?? status}`, why: error || (status === 'open' ? 'a routing rule chose its fix' : `told by ${destination}`), cause: 'ticket',
    scan: null, finding: null, ticket: id, version: entry.version, findingVersion: null, changes: {},
  };
}

/** The first version has no row of its own: it is what the finding's row remembers of its creation. */
export function presentCreation(view: FindingView): object {
  return {
    at: view.firstJudgedAt, who: SYSTEM, what: 'first seen and scored', why: 'a scan showed it', cause: 'finding', scan: view.firstScanId, finding: null, ticket: null, version: 1, findingVersion: null, changes: {},
  };
}

const FLAGS: Readonly<Record<string, string>> = {
  identity_conflict: 'flagged: its results fit several findings', identity_ambiguous: 'flagged: it may be a finding that another result fits as well', clock_skew: 'flagged: the scanner\'s clock is off',
};

function toldWords(told: Told): readonly string[] {
  const words: string[] = [];
  if (told.change === 'merged') words.push(told.other === undefined ? 'another finding was merged into it' : `merged into ${told.other}`);
  if (told.change === 'split') words.push(told.other === undefined ? 'observations were split off' : `split from ${told.other}`);
  if (told.status) words.push(`evidence: ${told.status.map((state) => state.replaceAll('-', ' ')).join(' → ')}`);
  if (told.tools) words.push(`seen by: ${listed(told.tools)}`);
  if (told.place) words.push(`place: ${told.place.map((one) => one || 'none').join(' → ')}`);
  if (told.component) words.push(`component: ${told.component.map((one) => one || 'none').join(' → ')}`);
  if (told.identifiers) words.push(`identifiers: ${listed(told.identifiers)}`);
  if (told.flags) words.push(...flagWords(told.flags));
  return words;
}

const listed = (pair: Pair<readonly string[]>): string => pair.map((all) => all.join(', ') || 'none').join(' → ');

function flagWords([before, after]: Pair<readonly string[]>): readonly string[] {
  return [...after.filter((flag) => !before.includes(flag)).map((flag) => FLAGS[flag] ?? `flagged: ${flag}`), ...before.filter((flag) => !after.includes(flag)).map((flag) => `no longer ${FLAGS[flag] ?? `flagged: ${flag}`}`)];
}

/** Fields of the judgement that the record itself tells better, or that are only for programs. */
const TOLD_APART: ReadonlySet<string> = new Set(['status', 'exceptionId', 'fixId']);

function riskWords({ changes, told }: HistoryView): readonly string[] {
  return Object.entries(changes).filter(([field]) => !TOLD_APART.has(field) || (field === 'status' && told === null)).map(([field, [before, after]]) => `${field.replace('factor:', '')}: ${shown(before)} → ${shown(after)}`);
}

function whyOf({ cause, changes, told }: HistoryView, decider?: Decider): string {
  if (told !== null) return told.why ?? told.reason ?? (told.tools ? 'another tool shows it, or one no longer does' : CAUSE['finding'] ?? '');
  if (cause !== 'decision') return CAUSE[cause] ?? cause;
  if (decider) return decider.why;
  if (changes['baseline']) return 'its repository, team or application was activated';
  return changes['decision'] ? 'an exception began or ended' : 'a policy changed';
}

function evidenceChanges(told: Told | null): object {
  if (told === null) return {};
  const { status, flags, tools, place, component, identifiers } = told;
  return Object.fromEntries(Object.entries({ status, flags, tools, place, component, identifiers }).filter(([, pair]) => pair !== undefined));
}

const shown = (value: unknown): string => (value === null || value === '' ? 'none' : String(value));
