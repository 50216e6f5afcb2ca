import type { Connector, Finding, Funnel, Scan } from '../api/types.js';
import { count, percent, plural } from './format.js';

/** The one sentence of the day: what must be acted on, how much of it the internet reaches, what is late. */
export function headline(top: readonly Finding[], truncated: boolean, funnelAct: number, now: number): { readonly text: string; readonly detail: string } {
  const urgent = top.filter((one) => one.band === 'act');
  const whole = urgent.length < top.length || !truncated;
  // The funnel's last step leaves out what is proven not to run; a leaked secret in band Act is urgent all the same.
  const act = whole ? urgent.length : Math.max(urgent.length, funnelAct);
  if (act === 0) return { text: 'Nothing must be acted on.', detail: 'No open finding is in band Act. The list below is what comes next.' };
  const reached = urgent.filter((one) => one.exposure === 'internet').length;
  const late = urgent.filter((one) => one.dueAt !== null && Date.parse(one.dueAt) < now).length;
  const unowned = urgent.filter((one) => !one.team).length;
  // Why this number is above the funnel's last one.
  const inside = urgent.filter((one) => one.deployed === 'no' || one.exposed === 'no' || one.reachable === 'no').length;
  const among = whole ? '' : ` of the first ${count(urgent.length)}`;
  const parts = [
    reached > 0 ? `the internet reaches ${count(reached)}${among}` : '',
    late > 0 ? `${count(late)} ${late === 1 ? 'is' : 'are'} past due` : 'none is past due',
    inside > 0 ? `${count(inside)} ${inside === 1 ? 'is' : 'are'} urgent although nothing outside reaches ${inside === 1 ? 'it' : 'them'}` : '',
    unowned > 0 ? `${count(unowned)} ${unowned === 1 ? 'has' : 'have'} no owner` : '',
  ].filter(Boolean);
  const detail = parts.join('; ');
  return { text: `${whole || funnelAct > urgent.length ? '' : 'Over '}${plural(act, 'finding')} to act on.`, detail: `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.` };
}

export interface Warning { readonly key: string; readonly text: string; readonly to: string; readonly remedy: string; readonly gap: boolean }

/** What makes the numbers below less than whole, each with the place to repair it. */
export function warnings(input: { readonly scans: readonly Scan[]; readonly connectors: readonly Connector[]; readonly deadLetters: number; readonly funnel: Funnel | undefined }): Warning[] {
  const found: Warning[] = [];
  const add = (key: string, text: string, to: string, remedy: string, gap = false): void => { found.push({ key, text, to, remedy, gap }); };
  const bad = input.scans.filter((scan) => scan.status === 'rejected' || scan.status === 'stalled');
  const partial = input.scans.filter((scan) => scan.status === 'partial' || (scan.status === 'done' && scan.coverage !== 'complete'));
  if (bad.length) add('scans', `${plural(bad.length, 'scan')} could not be applied; ${bad.length === 1 ? 'its' : 'their'} results are missing below.`, '/collect/scans', 'See why');
  if (partial.length) add('partial', `${plural(partial.length, 'scan')} saw only part of ${partial.length === 1 ? 'its' : 'their'} scope; nothing was closed because of ${partial.length === 1 ? 'it' : 'them'}.`, '/collect/scans', 'Open scans');
  if (input.deadLetters > 0) add('letters', `${plural(input.deadLetters, 'record')} could not be applied and ${input.deadLetters === 1 ? 'waits' : 'wait'} for a decision.`, '/collect/dead-letters', 'Look at them');
  const failing = input.connectors.filter((one) => (one.errors?.length ?? 0) > 0);
  if (failing.length) add('connectors', `${plural(failing.length, 'connector')} failed on the last try: ${failing.map((one) => one.id).join(', ')}. Facts from there may be old.`, '/collect/connectors', 'Repair');
  const exposed = input.funnel?.steps.find((step) => step.name === 'exposed');
  if (exposed && exposed.count > 0 && exposed.unknown / exposed.count >= 0.2) add('unknown', `${percent(exposed.unknown, exposed.count)} of what counts as exposed is unproven: no facts say whether the internet reaches it.`, '/collect/coverage/exposure', 'Add facts', true);
  return found;
}

/** What scans since a moment brought. */
export function changedSince(scans: readonly Scan[], since: number): { readonly scans: number; readonly created: number; readonly reopened: number; readonly fixed: number } {
  const recent = scans.filter((scan) => !scan.duplicateOf && Date.parse(receivedAt(scan)) > since);
  const sum = (name: 'new' | 'reopened' | 'fixed'): number => recent.reduce((total, scan) => total + (scan.counts?.[name] ?? 0), 0);
  return { scans: recent.length, created: sum('new'), reopened: sum('reopened'), fixed: sum('fixed') };
}

export function receivedAt(scan: Scan): string {
  const time = scan.receivedAt ?? scan.timings?.['receivedAt'] ?? scan.timings?.['received'] ?? scan.timings?.['acceptedAt'];
  return typeof time === 'string' ? time : '';
}
