import { EXPOSURES } from '@throughline/domain';
import type { BenchResult } from '../results.js';
import { share, type Figures, type Line, type Ratio } from './figures.js';

export const TARGETS = { precision: 0.99, recall: 0.95, wrongVerified: 0, exposure: 0.98, changeMs: 60_000 } as const;

const counted = ({ right, of }: Ratio): string => `${right} of ${of}`;
const verdict = (holds: boolean, target: string): string => `${holds ? 'meets' : 'MISSES'} ${target}`;

/** Lines of the results, headline first. */
export function resultsOf(figures: Figures, changes: readonly (number | undefined)[], after: Figures): BenchResult[] {
  return [
    { name: 'services', value: figures.services, unit: '', note: '' }, ...accuracy(figures), ...changeLines(changes),
    ...figures.byMethod.map((line): BenchResult => ({ name: `precision by ${line.name}`, value: share(line.precision), unit: '', note: counted(line.precision) })),
    ...accuracy(after).map((line): BenchResult => ({ ...line, name: `second day: ${line.name}` })),
  ];
}

function accuracy(figures: Figures): BenchResult[] {
  const { precision, recall, wrongVerified, exposure } = figures;
  return [
    { name: 'link precision', value: share(precision), unit: '', note: `${counted(precision)} claims; ${verdict(share(precision) >= TARGETS.precision, '>= 0.99')}` },
    { name: 'link recall where evidence exists', value: share(recall), unit: '', note: `${counted(recall)} hops; ${verdict(share(recall) >= TARGETS.recall, '>= 0.95')}` },
    { name: 'wrong verified links', value: wrongVerified, unit: '', note: verdict(wrongVerified === TARGETS.wrongVerified, '0') },
    { name: 'good attestations verified', value: share(figures.verified), unit: '', note: counted(figures.verified) },
    { name: 'rivals shown, none claimed', value: share(figures.rivals), unit: '', note: counted(figures.rivals) },
    { name: 'running image accuracy', value: share(figures.images), unit: '', note: counted(figures.images) },
    { name: 'exposure accuracy', value: share(exposure), unit: '', note: `${counted(exposure)}; ${verdict(share(exposure) >= TARGETS.exposure, '>= 0.98')}` },
  ];
}

function changeLines(changes: readonly (number | undefined)[]): BenchResult[] {
  if (changes.length === 0) return [];
  const times = changes.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  const at = (quantile: number): number => (times[Math.min(times.length - 1, Math.ceil(times.length * quantile) - 1)] ?? 0) / 1000;
  const lost = changes.length - times.length;
  const note = `${changes.length} changes, event to answer${lost > 0 ? `, ${lost} never seen` : ''}`;
  return [
    { name: 'security group change, p50', value: at(0.5), unit: 's', note },
    { name: 'security group change, p95', value: at(0.95), unit: 's', note: verdict(lost === 0 && at(0.95) * 1000 <= TARGETS.changeMs, '<= 60 s') },
  ];
}

/** What a table of numbers does not show: situations, confusion, each miss. */
export function detailsOf(figures: Figures): string {
  return [
    `${'situation'.padEnd(40)} claims right    hops found`, ...figures.bySituation.map(situation), '',
    `true exposure, then what was found: ${EXPOSURES.join(', ')}`, ...EXPOSURES.filter((word) => word !== 'unknown').map((word) => confusion(figures, word)), '',
    figures.misses.length === 0 ? 'no miss' : `${figures.misses.length} misses`,
    ...figures.misses.map((miss) => `  ${miss.kind}: ${miss.service} (${miss.situation}): expected ${miss.expected}; found ${miss.found}`),
  ].join('\n');
}

const situation = ({ name, precision, recall }: Line): string => `${name.padEnd(40)} ${counted(precision).padEnd(15)} ${counted(recall)}`;

function confusion(figures: Figures, word: (typeof EXPOSURES)[number]): string {
  const row = figures.confusion.get(word);
  return `${word.padEnd(10)} ${EXPOSURES.map((found) => String(row?.get(found) ?? 0).padStart(5)).join('')}`;
}
