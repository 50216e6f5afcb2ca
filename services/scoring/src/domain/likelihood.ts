import type { Exploited } from './formula.js';

/** What the feeds say of the advisories of one finding. */
export interface Intel {
  readonly advisory: string;
  readonly epss: number | null;
  readonly modelVersion: string;
  readonly epssDate: string;
  readonly kev: boolean;
  readonly kevAdded: string;
  readonly kevDue: string;
  readonly ransomware: boolean;
  readonly kevDate: string;
  /** Rises with every change of this row that can move a score. */
  readonly version: number;
}

export interface LikelihoodSubject {
  readonly class: string;
  readonly identifiers: readonly string[];
  readonly weaknesses: readonly string[];
  readonly hasFlow: boolean;
  readonly secretType: string;
}

export interface JudgedLikelihood {
  readonly epss: number | null;
  readonly classLikelihood: number | null;
  readonly value: string;
  readonly source: string;
  readonly observedAt: string;
  readonly exploited: Exploited;
  readonly exploitedValue: string;
  readonly exploitedSource: string;
  readonly exploitedAt: string;
  /** CISA's earliest due date; empty when not listed. */
  readonly kevDue: string;
}

/** The feed's number as the formula uses it: two decimals, so that noise of the daily model moves no score. */
export const roundEpss = (epss: number): number => Math.round(epss * 100) / 100;

/** EPSS and KEV over all ids of the flaw (the highest and any); classes without CVE have their own model. */
export function judgeLikelihood(subject: LikelihoodSubject, intel: readonly Intel[], kevFeedDate: string): JudgedLikelihood {
  const cves = subject.identifiers.filter((id) => id.startsWith('CVE-'));
  const advisory = cves.length > 0 || intel.length > 0 || subject.class === 'sca' || subject.class === 'container';
  if (!advisory) return classModel(subject);
  return { ...epssOf(intel), ...kevOf(intel, kevFeedDate), classLikelihood: null };
}

function epssOf(intel: readonly Intel[]): Pick<JudgedLikelihood, 'epss' | 'value' | 'source' | 'observedAt'> {
  const best = [...intel].filter((row) => row.epss !== null).sort((a, b) => (b.epss ?? 0) - (a.epss ?? 0) || (a.advisory < b.advisory ? -1 : 1))[0];
  if (best === undefined || best.epss === null) return { epss: null, value: 'unknown: no EPSS for its ids', source: 'prior', observedAt: '' };
  const epss = roundEpss(best.epss);
  return { epss, value: `EPSS ${epss.toFixed(2)} (${best.advisory})`, source: `EPSS ${best.modelVersion || 'of unknown model'}`, observedAt: best.epssDate };
}

function kevOf(intel: readonly Intel[], kevFeedDate: string): Pick<JudgedLikelihood, 'exploited' | 'exploitedValue' | 'exploitedSource' | 'exploitedAt' | 'kevDue'> {
  const listed = intel.filter((row) => row.kev).sort((a, b) => (a.kevDue < b.kevDue ? -1 : 1));
  const first = listed[0];
  if (first === undefined) {
    const known = kevFeedDate !== '';
    return { exploited: known ? 'no' : 'unknown', exploitedValue: known ? 'not listed in KEV' : 'unknown: KEV not loaded', exploitedSource: known ? 'CISA KEV' : 'prior', exploitedAt: kevFeedDate, kevDue: '' };
  }
  const ransomware = listed.some((row) => row.ransomware);
  return {
    exploited: ransomware ? 'ransomware' : 'yes',
    exploitedValue: `exploited in the wild (${first.advisory} in KEV${ransomware ? ', by ransomware' : ''})`,
    exploitedSource: 'CISA KEV', exploitedAt: first.kevAdded || first.kevDate, kevDue: first.kevDue,
  };
}

/** Weaknesses that attackers use most (injection, deserialization, traversal, SSRF, authentication): CISA KEV's common CWEs. */
const OFTEN_EXPLOITED = new Set([
  'CWE-20', 'CWE-22', 'CWE-74', 'CWE-77', 'CWE-78', 'CWE-79', 'CWE-89', 'CWE-94', 'CWE-119', 'CWE-125', 'CWE-190', 'CWE-287', 'CWE-288', 'CWE-306',
  'CWE-416', 'CWE-434', 'CWE-502', 'CWE-611', 'CWE-787', 'CWE-798', 'CWE-843', 'CWE-862', 'CWE-863', 'CWE-917', 'CWE-918',
]);
/** Credentials that open an account by themselves. */
const STRONG_SECRET = /aws|gcp|google|azure|github|gitlab|private.?key|slack|stripe|database|jwt.?secret|npm|pypi/;

/** Multipliers of the non-CVE model; the page gives the reason of each. */
export const CLASS_LIKELIHOOD = {
  sast: { base: 0.6, often: 1, oftenWithFlow: 1.3 },
  dast: { base: 1.4, often: 2.5 },
  secrets: { base: 4, strong: 8 },
  iac: { base: 0.5 },
  cspm: { base: 0.9 },
} as const;

function classModel(subject: LikelihoodSubject): JudgedLikelihood {
  const often = subject.weaknesses.filter((weakness) => OFTEN_EXPLOITED.has(weakness)).sort()[0];
  const [classLikelihood, why] = classStep(subject, often);
  return {
    epss: null, classLikelihood, value: why, source: 'non-CVE model', observedAt: '',
    exploited: 'not-applicable', exploitedValue: 'not applicable: KEV lists CVEs', exploitedSource: 'non-CVE model', exploitedAt: '', kevDue: '',
  };
}

function classStep(subject: LikelihoodSubject, often: string | undefined): readonly [number, string] {
  const model = CLASS_LIKELIHOOD;
  switch (subject.class) {
    case 'sast':
      if (often === undefined) return [model.sast.base, 'sast: static, not confirmed'];
      return subject.hasFlow ? [model.sast.oftenWithFlow, `sast: ${often}, often exploited, source to sink shown`] : [model.sast.often, `sast: ${often}, often exploited`];
    case 'dast': return often === undefined ? [model.dast.base, 'dast: seen on a live request'] : [model.dast.often, `dast: ${often}, often exploited, seen on a live request`];
    case 'secrets': return STRONG_SECRET.test(subject.secretType.toLowerCase()) ? [model.secrets.strong, `secret: ${subject.secretType} opens an account by itself`] : [model.secrets.base, 'secret: readable by whoever reads the code'];
    case 'iac': return [model.iac.base, 'iac: declared, not observed'];
    case 'cspm': return [model.cspm.base, 'cspm: observed in a live account'];
    default: return [1, 'unknown class: prior'];
  }
}
