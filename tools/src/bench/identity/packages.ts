import { inTurns, type PlatformApi } from './drive/platform-api.js';
import { dice } from './random.js';
import { addDrift, driftScore, NO_DRIFT, type DriftCounts } from './score/drift.js';
import { addPairs, NO_PAIRS, pairCounts, type PairCounts } from './score/pairs.js';
import type { Seen } from './score/truth.js';
import { inventory, packageKey, purlOf, type Vulnerability, type Weakness } from './synthetic/inventory.js';
import { grypeReport, trivyReport } from './synthetic/sca-reports.js';

export interface PackageFigures {
  readonly cross: PairCounts;
  /** A new build of the image: other digest, newer versions that are still vulnerable, some flaws gone, some new. */
  readonly rebuilt: DriftCounts;
  readonly misses: readonly string[];
}

/** Trivy and Grype on one image, with aliases, purls and errata of which the truth is known. */
export async function packages(api: PlatformApi, seeds: readonly string[], run: string): Promise<PackageFigures> {
  const parts = await inTurns(seeds, 2, (seed) => oneImage(api, seed, run));
  return { cross: parts.map(({ cross }) => cross).reduce(addPairs, NO_PAIRS), rebuilt: parts.map(({ rebuilt }) => rebuilt).reduce(addDrift, NO_DRIFT), misses: parts.flatMap(({ misses }) => misses) };
}

async function oneImage(api: PlatformApi, seed: string, run: string): Promise<PackageFigures> {
  const [all, application] = [inventory(dice(`${seed}|inventory`)), `${run}-${seed}`];
  const chance = dice(`${seed}|rebuild`);
  const first = all.filter(() => !chance.chance(0.1));
  const second = all.filter((one) => !chance.chance(0.1) || one.package.ecosystem === 'deb').map(newer);
  const upload = async (weaknesses: readonly Weakness[], build: string): Promise<readonly Seen[]> => {
    const image = `registry.bench.example/${run}/${seed}:${build}@sha256:${dice(`${seed}|${build}`).hex(64)}`;
    const reports = [{ format: 'trivy', report: trivyReport(weaknesses, image, !seed.endsWith('2')) }, { format: 'grype', report: grypeReport(weaknesses, image) }];
    for (const { format, report } of dice(`${seed}|order`).shuffled(reports)) await api.scan({ report: JSON.stringify(report), image, application, format });
    return api.results({ application });
  };
  const vulnerabilities = new Map(all.flatMap(({ vulnerability }) => idsOf(vulnerability).map((id) => [id, vulnerability.id] as const)));
  const names = new Map(all.map((one) => [one.package.name.toLowerCase(), packageKey(purlOf(one.package, 'grype'))] as const));
  const packageOf = ({ component }: Seen): string => (component.startsWith('pkg:') ? packageKey(component) : names.get(component.toLowerCase()) ?? component);
  const truth = (seen: Seen): string => `${packageOf(seen)}|${vulnerabilities.get([seen.rule, ...seen.identifiers].find((id) => vulnerabilities.has(id)) ?? '') ?? seen.observation}`;
  const before = await upload(first, '1');
  const cross = pairCounts(before.map((seen) => ({ truth: truth(seen), given: seen.finding })));
  const after = await upload(second, '2');
  const drift = driftScore(once(before, truth).map((seen) => ({ rule: seen.tool, origin: truth(seen), finding: seen.finding })), once(after, truth).map((seen) => ({ rule: seen.tool, origins: [truth(seen)], finding: seen.finding, place: seen.component })));
  return { cross, rebuilt: drift.counts, misses: [...apart(before, truth).map((line) => `${seed}: ${line}`), ...drift.misses.map((miss) => `${seed} rebuilt: ${miss.kind} ${miss.rule} ${miss.from.join(' ')} -> ${miss.to}`)] };
}

/** A package at two places is one finding: its results continue as one. */
const once = (results: readonly Seen[], truth: (seen: Seen) => string): readonly Seen[] => [...new Map(results.map((seen) => [`${seen.tool}|${truth(seen)}|${seen.finding}`, seen])).values()];

/** Errata name several flaws and are no name of one. */
const idsOf = ({ cve, ghsa, other }: Vulnerability): string[] => [cve, ghsa, other].filter((id) => id !== '');

const newer = (one: Weakness): Weakness => ({ ...one, package: { ...one.package, version: one.package.version.replace(/\d+(?=\D*$)/, (last) => String(Number(last) + 1)) } });

function apart(results: readonly Seen[], truth: (seen: Seen) => string): string[] {
  const text = (seen: Seen): string => `${seen.tool} ${seen.rule} ${seen.component}`;
  const wrong = [...Map.groupBy(results, ({ finding }) => finding).values()].filter((group) => new Set(group.map(truth)).size > 1).map((group) => `wrongly one: ${group.map(text).join(' | ')}`);
  return [...wrong, ...[...Map.groupBy(results, truth)].filter(([, group]) => new Set(group.map(({ finding }) => finding)).size > 1).map(([flaw, group]) => `wrongly apart: ${flaw}: ${group.map(text).join(' | ')}`)];
}
