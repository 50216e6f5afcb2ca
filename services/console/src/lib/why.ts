import type { Explanation, Factor, Finding } from '../api/types.js';
import { sentenceCase } from './format.js';
import { signed, whole } from './waterfall.js';

/** Words for the factors of the formula; a factor the console does not know is shown by its own name. */
const CLAUSES: Readonly<Record<string, (factor: Factor, finding: Finding) => string>> = {
  severity: (f) => (/^\d/.test(f.value) ? `CVSS ${bare(f.value)}` : /cvss|severity/i.test(f.value) ? f.value : `severity ${f.value}`),
  likelihood: (f) => (/^EPSS/.test(f.value) ? `${f.contribution < 0 ? 'exploitation unlikely' : 'exploitation likely'} by ${bare(f.value)}` : bare(f.value)),
  exploited: (f) => (/^exploited/.test(f.value) ? `exploited in the wild${/ransomware/i.test(f.value) ? ' by ransomware' : ' (KEV)'}` : /^(yes|ransomware)/i.test(f.value) ? `exploited in the wild${/ransomware/i.test(f.value) ? ' by ransomware' : ' (KEV)'}` : 'not known to be exploited'),
  deployed: (f) => (/^yes/.test(f.value) ? 'it runs' : /^no/.test(f.value) ? 'it runs nowhere' : `deployed: ${f.value}`),
  exposed: (f, finding) => exposureClause(f.value, finding),
  reachable: (f) => (/^(no|unreachable)/.test(f.value) ? 'no call reaches the flawed code' : `the flawed code is reached (${f.value})`),
  environment: (f) => `it runs in ${f.value}`,
  criticality: (f) => `the application is of ${f.value} importance`,
};

function exposureClause(value: string, finding: Finding): string {
  const through = finding.service || 'it';
  const via = / via (\S+)/.exec(value)?.[1];
  if (/^(internet|yes)/.test(value)) return `the internet reaches ${through}${via ? ` via ${via}` : ''}`;
  if (/^limited/.test(value)) return `a limited public reaches ${through}`;
  if (/^internal/.test(value)) return 'only the internal network reaches it';
  if (/^(none|no\b)/.test(value)) return 'nothing reaches it';
  return `exposure: ${value}`;
}

/** "91 Act: exploited in the wild (KEV) (+22); the internet reaches pay-api (+31). Not known: reachable." Strongest first. */
export function whySentence(explanation: Explanation, finding: Finding): string {
  const known = explanation.factors.filter((factor) => Math.abs(factor.contribution) >= 0.5 && !isUnknown(factor));
  const strongest = [...known].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, 3);
  const clauses = strongest.map((factor) => `${CLAUSES[factor.name.toLowerCase()]?.(factor, finding) ?? `${factor.name.replaceAll('-', ' ')} ${factor.value}`} (${signed(Math.round(factor.contribution))})`);
  const unknown = explanation.factors.filter(isUnknown).map((factor) => (factor.contribution === 0 ? noun(factor.name) : `${noun(factor.name)} (prior ${signed(Math.round(factor.contribution))})`));
  return `${whole(explanation.score)} ${sentenceCase(explanation.band)}: ${clauses.length ? clauses.join('; ') : 'no factor raises it'}.${unknown.length ? ` Not known: ${unknown.join(', ')}.` : ''}`;
}

/** The value without what stands in brackets behind it. */
const bare = (value: string): string => value.replace(/\s*\(.*$/, '');

const NOUNS: Readonly<Record<string, string>> = { reachable: 'reachability', exposed: 'exposure', deployed: 'deployment', exploited: 'exploitation' };
const noun = (name: string): string => NOUNS[name] ?? name;

export const isUnknown = (factor: Factor): boolean => /^unknown\b/i.test(factor.value);
