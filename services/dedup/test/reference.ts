/**
 * The life of findings in its plainest form: no keys, rows, parts or SQL. A finding is a set of flaws (operators merge and
 * split them); what it is follows from how often each scope missed each of its flaws. One asset.
 */
export type Line = 'default' | 'feature';

export interface Scanned {
  readonly tool: string;
  readonly line: Line;
  readonly flaws: readonly number[];
  /** Complete, and everything of it could be read. */
  readonly counts: boolean;
  readonly sequence: number;
}

interface Finding {
  readonly flaws: Set<number>;
  onDefault: boolean;
  status: string;
  regressions: number;
  /** Complete scans in a row that missed a flaw, by scope and flaw; 0 while it is shown. */
  missed: Map<string, number>;
  verified: Set<string>;
  /** Scopes that somebody asked about it, and when. */
  asked: Map<string, number>;
  /** When a scan showed a flaw last, by scope and flaw. */
  shown: Map<string, number>;
}

interface Scope { head: number; counted: number[] }

const TO_FIX = 2;
const RANK: Readonly<Record<string, number>> = { open: 3, reopened: 3, 'awaiting-verification': 2, fixed: 1, retired: 0 };
const place = (scope: string, flaw: number): string => `${scope}|${flaw}`;
const lineOf = (place: string): string => place.split('|')[0]?.split('/')[1] ?? '';
const live = (finding: Finding): string => (finding.regressions > 0 ? 'reopened' : 'open');

export class Reference {
  readonly findings: Finding[] = [];
  readonly #scopes = new Map<string, Scope>();
  #end: number | undefined;

  of(flaw: number): Finding | undefined {
    return this.findings.find((one) => one.flaws.has(flaw));
  }

  scan({ tool, line, flaws, counts, sequence }: Scanned): void {
    const scope = `${tool}/${line}`;
    const known = this.#scopes.get(scope) ?? { head: 0, counted: [] };
    this.#scopes.set(scope, known);
    const late = sequence < known.head;
    const newer = known.counted.filter((other) => other > sequence).length;
    for (const flaw of flaws) this.#show(flaw, { scope, line, sequence, late, newer });
    known.head = Math.max(known.head, sequence);
    if (counts && !late) {
      known.counted.push(sequence);
      this.#miss(scope, line, flaws, sequence);
    }
    if (this.#end !== undefined && sequence <= this.#end) this.#retire();
  }

  #show(flaw: number, at: { scope: string; line: Line; sequence: number; late: boolean; newer: number }): void {
    const main = at.line === 'default';
    const key = place(at.scope, flaw);
    let finding = this.of(flaw);
    if (finding === undefined) {
      finding = { flaws: new Set([flaw]), onDefault: main, status: 'open', regressions: 0, missed: new Map([[key, at.newer]]), verified: new Set(), asked: new Map(), shown: new Map([[key, at.sequence]]) };
      this.findings.push(finding);
      this.#judge(finding);
      return;
    }
    const here = finding.missed.has(key);
    if (finding.onDefault && !main && !here) return;
    finding.shown.set(key, Math.max(at.sequence, finding.shown.get(key) ?? 0));
    if (here && at.late) return;
    finding.missed.set(key, here ? 0 : at.newer);
    finding.verified.delete(key);
    if ((finding.onDefault && !main) || at.newer > 0) return;
    if (main && !finding.onDefault) Object.assign(finding, { onDefault: true, status: 'open', regressions: 0 });
    else this.#judge(finding);
  }

  #miss(scope: string, line: Line, flaws: readonly number[], sequence: number): void {
    for (const finding of this.findings) {
      const own = [...finding.missed.keys()].filter((key) => key.startsWith(`${scope}|`));
      const asked = (finding.asked.get(scope) ?? Number.POSITIVE_INFINITY) < sequence;
      let lost = false;
      for (const key of own) {
        const count = finding.missed.get(key) as number;
        if (flaws.some((flaw) => place(scope, flaw) === key) || count >= TO_FIX) continue;
        finding.missed.set(key, count + 1);
        lost = true;
        if (asked) finding.verified.add(key);
      }
      if (asked) this.#answer(finding, scope, own.some((key) => finding.missed.get(key) === 0));
      if (lost && (!finding.onDefault || line === 'default') && finding.status !== 'retired') this.#judge(finding);
    }
  }

  #answer(finding: Finding, scope: string, present: boolean): void {
    if (present) finding.asked.clear();
    else finding.asked.delete(scope);
  }

  /** How often what speaks for a finding missed it, at the least. */
  #least(finding: Finding): number {
    const speaking = [...finding.missed].filter(([key]) => (lineOf(key) === 'default') === finding.onDefault);
    return Math.min(...speaking.map(([key, count]) => (finding.verified.has(key) ? TO_FIX : count)));
  }

  #judge(finding: Finding): void {
    const least = this.#least(finding);
    if (least >= TO_FIX) { if (finding.status !== 'retired') finding.status = 'fixed'; return; }
    if (least > 0) { if (finding.status !== 'fixed' && finding.status !== 'retired') finding.status = 'awaiting-verification'; return; }
    if (finding.status === 'fixed') Object.assign(finding, { status: 'reopened', regressions: finding.regressions + 1 });
    else if (finding.status !== 'open') finding.status = live(finding);
  }

  merge(into: number, other: number): boolean {
    const [a, b] = [this.of(into), this.of(other)];
    if (a === undefined || b === undefined || a === b) return false;
    const status = ((RANK[b.status] ?? 0) > (RANK[a.status] ?? 0) ? b : a).status;
    Object.assign(a, {
      onDefault: a.onDefault || b.onDefault, regressions: Math.max(a.regressions, b.regressions), missed: new Map([...a.missed, ...b.missed]),
      verified: new Set([...a.verified, ...b.verified]), shown: new Map([...a.shown, ...b.shown]),
    });
    for (const flaw of b.flaws) a.flaws.add(flaw);
    this.findings.splice(this.findings.indexOf(b), 1);
    a.status = status === 'open' ? live(a) : status;
    this.#rejudge(a);
    return true;
  }

  /** Gives one flaw of several a finding of its own. */
  split(flaw: number): boolean {
    const from = this.of(flaw);
    if (from === undefined || from.flaws.size < 2) return false;
    const take = <V>(map: Map<string, V>): Map<string, V> => new Map([...map].filter(([key]) => key.endsWith(`|${flaw}`)));
    const part: Finding = { flaws: new Set([flaw]), onDefault: false, status: from.status === 'retired' ? 'retired' : 'open', regressions: 0, missed: take(from.missed), verified: new Set([...from.verified].filter((key) => key.endsWith(`|${flaw}`))), asked: new Map(), shown: take(from.shown) };
    if (part.missed.size === 0 || part.missed.size === from.missed.size) return false;
    from.flaws.delete(flaw);
    for (const key of part.missed.keys()) { from.missed.delete(key); from.verified.delete(key); from.shown.delete(key); }
    this.findings.push(part);
    for (const one of [from, part]) {
      one.onDefault = [...one.missed.keys()].some((key) => lineOf(key) === 'default');
      this.#rejudge(one);
    }
    return true;
  }

  /** People's corrections bring nothing back that retired, and make no regression. */
  #rejudge(finding: Finding): void {
    if (finding.status === 'retired') return;
    const { regressions } = finding;
    this.#judge(finding);
    if (finding.regressions > regressions) Object.assign(finding, { regressions, status: regressions > 0 ? 'reopened' : 'open' });
  }

  ask(flaw: number, at: number): boolean {
    const finding = this.of(flaw);
    if (finding === undefined || finding.status === 'fixed' || finding.status === 'retired') return false;
    finding.asked = new Map([...finding.missed.keys()].filter((key) => (lineOf(key) === 'default') === finding.onDefault).map((key) => [key.split('|')[0] as string, at]));
    return true;
  }

  end(at: number): void {
    this.#end = at;
    this.#retire();
  }

  #retire(): void {
    for (const finding of this.findings) {
      const shown = [...finding.shown].some(([key, time]) => (lineOf(key) === 'default') === finding.onDefault && time > (this.#end as number));
      if (finding.status !== 'fixed' && !shown) finding.status = 'retired';
    }
  }

  back(): void {
    this.#end = undefined;
    for (const finding of this.findings.filter((one) => one.status === 'retired')) {
      finding.status = live(finding);
      this.#judge(finding);
    }
  }
}
