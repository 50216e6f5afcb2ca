import { relevant } from '../compose.js';
import { mergeFindings, type Corrector } from '../correct.js';
import type { Known } from '../evolve.js';
import { FEED_KEY } from '../identity/index.js';
import { issueIdOf } from '../issue.js';
import type { Finding } from '../model.js';
import { unnamed, type Aliases } from './aliases.js';
import { joined, type Block } from './blocks.js';
import { aliasIds } from '../identity/advisories.js';
import { divide, type Part, type Past } from './divide.js';

/** What is asked: findings of one asset that are known by ids of which feeds say something else than before. */
export interface Question {
  readonly findings: readonly Known[];
  readonly past: Past;
  /** Findings that an operator split from each other: `a|b`, both ways. */
  readonly apart: ReadonlySet<string>;
  readonly aliases: Aliases;
}

export interface MergedByAlias {
  readonly into: string;
  readonly merged: Known;
  /** Ids that led to the merged finding. */
  readonly subjects: readonly string[];
}

/** A finding after, with what leads to it. */
export interface SettledFinding {
  readonly known: Known;
  readonly block: Block;
  readonly change: 'changed' | 'merged' | 'split' | 'retired';
}

export interface Settled {
  /** Findings that are told: what readers see of them changed. */
  readonly told: readonly SettledFinding[];
  /** Those of which only the keys may have changed. */
  readonly silent: readonly SettledFinding[];
  readonly merges: readonly MergedByAlias[];
  readonly splits: readonly Part[];
  /** What is left of findings that something was taken from. */
  readonly rests: readonly Part[];
  /** Who took over each finding or part that is no more. */
  readonly heirs: ReadonlyMap<string, string>;
}

/**
 * Brings findings to what feeds say now: what only withdrawn aliases held together is taken apart, what aliases call one
 * flaw is merged into the finding that was seen first, and every finding shows the ids of its set. Settling again changes
 * nothing.
 */
export function settle({ findings, past, apart, aliases }: Question, corrector: Corrector, newId: () => string): Settled {
  const before = new Map(findings.map((one) => [one.finding.findingId, one.finding]));
  const parts = findings.flatMap((known) => divide(known, past, aliases, corrector, newId));
  const splits = parts.filter((part) => part.from !== undefined);
  const sources = new Set(splits.map((part) => part.from));
  const merges: MergedByAlias[] = [];
  const all: SettledFinding[] = [];
  const heirs = new Map<string, string>();
  for (const group of together(parts, apart)) {
    const [survivor, ...others] = group as [Part, ...Part[]];
    const block = joined(group.map((part) => part.block));
    const { into, retired } = others.length === 0 ? { into: survivor.known, retired: [] } : united(survivor, others, corrector);
    const change = others.length > 0 ? 'merged' : survivor.from !== undefined || sources.has(into.finding.findingId) ? 'split' : 'changed';
    all.push({ known: named(into, block, corrector), block, change });
    for (const part of others) heirs.set(part.known.finding.findingId, into.finding.findingId);
    // A part that no reader knows yet goes without a word.
    for (const { part, merged } of retired.filter((one) => !one.part.fresh)) {
      merges.push({ into: into.finding.findingId, merged, subjects: subjectsOf(part) });
      all.push({ known: merged, block: NOTHING, change: 'retired' });
    }
  }
  const told = all.filter((one) => one.change !== 'changed' || differs(one.known.finding, before.get(one.known.finding.findingId)));
  return { told: told.map((one) => versioned(one, before)), silent: all.filter((one) => !told.includes(one)), merges, splits, rests: parts.filter((part) => part.from === undefined && sources.has(part.known.finding.findingId)), heirs };
}

/** The ids that lead to a part's own observations; what it took over has its own merge. */
const subjectsOf = ({ natives }: Part): readonly string[] => [...new Set(natives.flatMap(({ content }) => aliasIds(content.identifiers, content.rule.id)))].sort();

const NOTHING: Block = { occurrences: [], keys: new Map(), aliases: [] };

/** Parts that a feed's key leads to together, the one that was seen first in front; what an operator split stays apart. */
function together(parts: readonly Part[], apart: ReadonlySet<string>): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  for (const part of [...parts].sort(byAge)) {
    const group = groups.find((one) => one.some((member) => meet(member.block, part.block)) && mayJoin(one, part, apart));
    if (group === undefined) groups.push([part]);
    else group.push(part);
  }
  return groups;
}

const byAge = (a: Part, b: Part): number => Number(a.fresh) - Number(b.fresh)
  || text(a.known.finding.firstSeen, b.known.finding.firstSeen) || text(a.known.finding.findingId, b.known.finding.findingId);
const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a feed says that they are one: two results that share a key of their own are a conflict for people. */
function meet(a: Block, b: Block): boolean {
  return [...a.keys].some(([key, { kind }]) => b.keys.has(key) && (kind === FEED_KEY || b.keys.get(key)?.kind === FEED_KEY));
}

function mayJoin(group: readonly Part[], part: Part, apart: ReadonlySet<string>): boolean {
  const ids = new Set([...group, part].flatMap(({ block }) => [...block.keys.values()].map((one) => one.subject ?? '')));
  return [...ids].filter((id) => id.startsWith('CVE-')).length <= 1
    && !group.some((member) => apart.has(`${member.known.finding.findingId}|${part.known.finding.findingId}`));
}

function united(survivor: Part, others: readonly Part[], corrector: Corrector): { readonly into: Known; readonly retired: readonly { readonly part: Part; readonly merged: Known }[] } {
  const result = mergeFindings(survivor.known, others.map((part) => part.known), corrector);
  // Findings of one asset with observations: there is nothing to refuse.
  if ('code' in result) throw new RangeError(result.detail);
  return { into: result.into, retired: others.map((part, index) => ({ part, merged: result.retired[index] as Known })) };
}

/** The finding with the ids that feeds give, and the issue that follows from them. */
function named({ finding, occurrences }: Known, block: Block, { asset }: Corrector): Known {
  const aliases = unnamed(block.aliases, occurrences);
  return { occurrences, finding: { ...finding, aliases, issueId: issueIdOf(finding.tenantId, finding.findingId, asset, relevant(finding, occurrences), aliases) } };
}

const differs = (a: Finding, b: Finding | undefined): boolean => b === undefined || a.issueId !== b.issueId || a.aliases.join() !== b.aliases.join();

/** One version more than what readers know, however many steps led here. */
function versioned(one: SettledFinding, before: ReadonlyMap<string, Finding>): SettledFinding {
  const { finding, occurrences } = one.known;
  const version = (before.get(finding.findingId)?.version ?? finding.version) + 1;
  return { ...one, known: { finding: { ...finding, version }, occurrences } };
}
