import type { ScanChange, SeenObservation, Why } from '../api/identity-types.js';

/** What agreed, in the words of a reader; a rule that the console does not know is shown by its own name. */
const RULES: Readonly<Record<string, string>> = {
  'same key: alias': 'Same package and advisory', 'same key: feed': 'Same package; feeds know both ids as one flaw', 'same key: value': 'Same secret value', 'same key: route': 'Same rule, route and parameter',
  'same key: resource': 'Same rule on the same resource', 'same key: control': 'Same control on the same resource', 'same key: content': 'Same rule, file, function and code', 'same key: native': 'Same fingerprint of the tool',
  'same key: place': 'Same rule and place', 'same key: operator': 'A person’s split put it here', alias: 'Feeds know its ids and the finding’s as one flaw',
  'moved-file': 'The file was moved or renamed; the code is the same', 'moved-code': 'The same code, moved to another file', 'moved-in-file': 'The same code, moved within its file', edited: 'The flagged code was edited in place',
  'same-place': 'Same rule at the place that nothing else took', 'renamed-rule': 'The tool renamed its rule; the place is the same', returned: 'Back at the place that it had left',
  'same-line': 'Another rule flags the same line for the same kind of flaw', 'same-region': 'Another rule flags exactly the same code', 'overlapping-columns': 'Another rule flags overlapping code on the same line',
  'overlapping-lines': 'Another rule flags overlapping lines for the same kind of flaw', 'same-route': 'Another rule flags the same route and parameter', 'same-resource': 'Another rule flags the same resource for the same control',
  'same-code': 'Another rule flags the same code in the same file', 'same-secret': 'Another tool found the same secret there', 'same-order': 'As many results of both tools on the line, in the same order',
  'on-flow': 'It lies on the data flow that another tool shows', 'one-statement': 'Another rule flags the same statement', 'define-use': 'One rule flags where the value is made, the other where it is used',
  'identical-region': 'Another tool flags exactly this code, by a rule that does not say the kind of flaw', 'points-on-line': 'Another rule of the tool flags the same line, and neither says where it ends',
  'around-call': 'Another tool shows the way from the source to this call', 'same-line-then': 'Another tool flagged the same line of another commit; nothing else of the kind is near',
  'same-file': 'Another rule flags the same file as a whole', 'merged by a person': 'Merged by a person', 'split by a person': 'Put here by a person’s split',
};

export function ruleWords(rule: string): string {
  const known = RULES[rule];
  if (known !== undefined) return known;
  const words = rule.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How sure, as a word; the number stands beside it. */
export function sureness(confidence: number): string {
  if (confidence >= 0.995) return 'certain';
  if (confidence >= 0.9) return 'almost certain';
  return confidence >= 0.75 ? 'likely' : 'possible';
}

/** Why an observation is this finding: the sentence, and what a doubter looks at. `first`: the finding began with it. */
export function whyWords(join: Why | null, first = false): { readonly text: string; readonly detail: string } {
  if (join === null) return { text: first ? BEGAN : 'A fingerprint of the tool led here; it is not kept with the observation', detail: '' };
  const fields = join.fields.map((field) => FIELDS[field] ?? field).join(', ');
  if (first && join.rule.startsWith('same key')) return { text: BEGAN, detail: joined(join.recipe, fields && `known by ${fields}`) };
  if (join.by) return { text: `${ruleWords(join.rule)}${join.evidence && `: “${join.evidence}”`}`, detail: '' };
  const sure = `${sureness(join.confidence)}${join.confidence < 0.995 ? ` (${join.confidence.toFixed(2)})` : ''}`;
  // Ids of findings are for programs; an advisory is what a reader knows.
  const evidence = join.evidence && !/^[0-9a-f-]{36}( |$)/.test(join.evidence) ? ` (${join.evidence})` : '';
  return { text: `${ruleWords(join.rule)}${evidence}`, detail: joined(sure, join.recipe, fields && `agreed: ${fields}`) };
}

const BEGAN = 'The finding began with it';
const joined = (...parts: readonly string[]): string => parts.filter(Boolean).join(' · ');

const FIELDS: Readonly<Record<string, string>> = { startLine: 'line', endLine: 'last line', startColumn: 'column', endColumn: 'last column', native: 'fingerprint', snippet: 'code', url: 'route' };

/** Why one finding may be two, or two one; the platform decides nothing that it does not know. */
export const FLAG_WORDS: Readonly<Record<string, string>> = {
  identity_conflict: 'Results of it fit several findings. None was merged on a guess: merge those that are one flaw, or split what is not.',
  identity_ambiguous: 'It could not be told apart from findings that look as likely. None was joined on a guess: merge it with the one that it is, or leave it.',
  clock_skew: 'The scanner’s clock is ahead of ours; its times are taken with care.',
};

/** Kinds of changes in the order in which a reader asks. `within`: the kind whose count they are part of. */
export const CHANGE_KINDS = [
  { kind: 'new', label: 'New', says: 'Shown for the first time.' },
  { kind: 'reopened', label: 'Reopened', says: 'Fixed before, and back.' },
  { kind: 'changed', label: 'Changed', says: 'Known, and shown otherwise: another place, severity, fix or tool.' },
  { kind: 'moved', label: 'Moved', says: 'Known, and recognised at another place or after an edit.', within: 'changed' },
  { kind: 'joined', label: 'Joined', says: 'Results of other rules or tools that are findings known already.', within: 'changed' },
  { kind: 'absent', label: 'Absent', says: 'A complete scan did not show them any more.' },
  { kind: 'fixed', label: 'Fixed', says: 'Absent often enough in a row: verified as fixed.', within: 'absent' },
  { kind: 'arrived', label: 'Arrived', says: 'Known from a branch, now on the default line.', within: 'changed' },
  { kind: 'introduced', label: 'Introduced', says: 'Brought by this scan: the default line does not show it otherwise.' },
] as const satisfies readonly { readonly kind: string; readonly label: string; readonly says: string; readonly within?: string }[];

/** Rows under their kinds, in the order above; kinds without rows are left out. */
export function grouped(items: readonly ScanChange[]): readonly { readonly kind: string; readonly label: string; readonly says: string; readonly items: readonly ScanChange[] }[] {
  return CHANGE_KINDS.map(({ kind, label, says }) => ({ kind, label, says, items: items.filter((one) => one.kind === kind) })).filter((group) => group.items.length > 0);
}

/** Observations with code of at least two tools: what a reader compares side by side. One for each tool and piece of code. */
export function snippetsOf(observations: readonly SeenObservation[]): readonly SeenObservation[] {
  const shown = [...observations].sort((a, b) => Number(b.present) - Number(a.present));
  const distinct = new Map(shown.filter((one) => one.location?.snippet).reverse().map((one) => [`${one.tool}|${one.location?.path ?? ''}|${one.location?.snippet ?? ''}`, one]));
  const chosen = [...distinct.values()].reverse();
  return new Set(chosen.map((one) => one.tool)).size > 1 ? chosen.slice(0, 4) : [];
}

/** The observation that the finding began with. */
export const firstOf = (observations: readonly SeenObservation[]): SeenObservation | undefined => observations.reduce<SeenObservation | undefined>((first, one) => (first === undefined || one.firstSeen < first.firstSeen ? one : first), undefined);

/** Where an observation lies, in one text. */
export function observedAt(one: SeenObservation): string {
  const at = one.location;
  if (at?.url) return `${at.method ? `${at.method} ` : ''}${at.url}${at.parameter ? ` (${at.parameter})` : ''}`;
  if (at?.path) return at.startLine ? `${at.path}:${at.startLine}` : at.path;
  return one.component?.purl ?? at?.resource ?? '';
}
