import type { HopCoverage } from '../api/chain-types.js';
import { count } from '../lib/format.js';
import { methodWords } from './style.js';

interface HopWords { readonly title: string; readonly asks: string; readonly of: string; readonly missing: string; readonly why: string }

const WORDS: Readonly<Record<string, HopWords>> = {
  'repository-of-image': { title: 'Image → repository', asks: 'Which code is in it?', of: 'image', missing: 'Images of unknown origin', why: 'A flaw in one of these leads to no line of code and to no team.' },
  'build': { title: 'Image → build', asks: 'Which run made it?', of: 'image', missing: 'Images without a build', why: 'Nothing says which run of which workflow made these.' },
  'commit': { title: 'Build → commit', asks: 'From which commit?', of: 'image', missing: 'Images without a commit', why: 'The code is known at most by name, not at which commit.' },
  'runtime': { title: 'Service → image', asks: 'What does it run?', of: 'service', missing: 'Services whose image is unknown', why: 'These run something, and nothing names its digest.' },
  'exposure': { title: 'Service → exposure', asks: 'Who reaches it?', of: 'service', missing: 'Services whose exposure is unknown', why: 'Unknown counts as unknown, never as no: these may be reached from the internet.' },
  'owner': { title: 'Owner', asks: 'Who answers for it?', of: 'asset', missing: 'Unowned', why: 'No rule, CODEOWNERS line, tag or repository team names an owner for these.' },
  'environment': { title: 'Environment', asks: 'Production or not?', of: 'service', missing: 'Services without an environment', why: 'Their findings are scored as if the environment were unknown, which it is.' },
  'application': { title: 'Application', asks: 'What is it part of?', of: 'service', missing: 'Services without an application', why: 'Their risk rolls up to nothing.' },
};

export const hopWords = (hop: string): HopWords => WORDS[hop] ?? { title: hop, asks: '', of: 'asset', missing: `Assets without ${hop}`, why: '' };

const INFERRED = new Set(['dockerfile', 'tag']);
/** Hops at which a tag or a Dockerfile is a guess; a tag that names an owner or environment is a statement. */
const GUESSED = new Set(['repository-of-image', 'build', 'commit', 'runtime']);

export interface BarPart { readonly kind: 'verified' | 'recorded' | 'inferred' | 'missing'; readonly count: number; readonly share: number }

/** The parts of a hop's bar in order of trust. A verified one is counted once, whatever its method is called. */
export function barOf(hop: HopCoverage): readonly BarPart[] {
  const guesses = GUESSED.has(hop.hop) ? Object.entries(hop.byMethod).reduce((sum, [method, n]) => sum + (INFERRED.has(method) ? n : 0), 0) : 0;
  const counts = { verified: hop.verified, recorded: Math.max(0, hop.known - hop.verified - guesses), inferred: guesses, missing: hop.missing };
  const whole = Math.max(1, hop.assets);
  return (Object.entries(counts) as [BarPart['kind'], number][]).filter(([, n]) => n > 0).map(([kind, n]) => ({ kind, count: n, share: Math.min(1, n / whole) }));
}

/** `12 deployment record`, most first. */
export function methodsOf(hop: HopCoverage): readonly string[] {
  return Object.entries(hop.byMethod).sort((a, b) => b[1] - a[1]).map(([method, n]) => `${count(n)} ${hop.hop === 'exposure' || (method === 'tag' && !GUESSED.has(hop.hop)) ? method : methodWords(method)}`);
}
