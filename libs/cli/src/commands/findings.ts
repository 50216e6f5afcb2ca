import { Api } from '../api/client.js';
import type { Finding, List } from '../api/answers.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { renderFindings } from '../render/findings.js';

/** Filters of GET /v1/findings by their own names; several values of one are separated by commas. */
const FILTERS: Readonly<Record<string, string>> = {
  status: 'open, reopened, awaiting-verification, fixed, retired', decision: 'accepted-risk, false-positive, not-affected, out-of-scope, none',
  class: 'sast, sca, dast, container, iac, secrets, cspm', severity: 'critical, high, medium, low, info', band: 'act, attend, track, defer', application: 'slug', service: 'slug',
  repository: 'host/owner/name', team: 'slug, or none', environment: 'slug', tool: 'name', identifier: 'CVE, GHSA or other id', component: 'purl or package', deployed: 'yes, no, unknown',
  exposed: 'yes, no, unknown', reachable: 'yes, no, unknown', ticketed: 'yes, no', scan: 'id', q: 'part of title, path or component',
};
const PAGE = 1000;

export const findings: Command = {
  words: ['findings'],
  summary: 'List findings, the most urgent first.',
  options: {
    ...Object.fromEntries(Object.entries(FILTERS).map(([name, values]) => [name, { value: 'VALUE', help: `${values}.` }])),
    sort: { value: 'FIELD', help: 'score, firstSeen, lastSeen, dueAt or title; - in front for descending.' },
    limit: { value: 'N', help: 'How many at most (default 20).' },
  },
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const wanted = input.number('limit', { min: 1, max: 100_000 }) ?? 20;
  const api = new Api(io, input);
  const query = Object.fromEntries([...Object.keys(FILTERS), 'sort'].map((name) => [name, input.text(name)]));
  const items: Finding[] = [];
  let next: string | null = null;
  do {
    const page: List<Finding> = await api.get<List<Finding>>('v1/findings', { ...query, limit: Math.min(PAGE, wanted - items.length), cursor: next ?? undefined });
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < wanted);
  print(io, input, { items, next }, (paint) => renderFindings(items, next !== null, io.stdout.columns, paint));
  return EXIT.ok;
}
