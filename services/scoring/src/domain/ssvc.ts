import type { Criticality, Exploited } from './formula.js';

/**
 * CISA's SSVC tree (CISA Stakeholder-Specific Vulnerability Categorization Guide, 2022; the machine-readable table is
 * cisa_coordinator 2.0.3 of CERT/CC): exploitation, automatable, technical impact, mission and well-being.
 * Rows are keyed by their first letters; the three decisions are for mission low, medium, high.
 */
const TREE: Readonly<Record<string, readonly [low: string, medium: string, high: string]>> = {
  'none|no|partial': ['Track', 'Track', 'Track'],
  'none|no|total': ['Track', 'Track', 'Track*'],
  'none|yes|partial': ['Track', 'Track', 'Attend'],
  'none|yes|total': ['Track', 'Track', 'Attend'],
  'poc|no|partial': ['Track', 'Track', 'Track*'],
  'poc|no|total': ['Track', 'Track*', 'Attend'],
  'poc|yes|partial': ['Track', 'Track', 'Attend'],
  'poc|yes|total': ['Track', 'Track*', 'Attend'],
  'active|no|partial': ['Track', 'Track', 'Attend'],
  'active|no|total': ['Track', 'Attend', 'Act'],
  'active|yes|partial': ['Attend', 'Attend', 'Act'],
  'active|yes|total': ['Attend', 'Act', 'Act'],
};

export type Exploitation = 'none' | 'poc' | 'active';
export type Mission = 'low' | 'medium' | 'high';

export interface SsvcPoints {
  readonly exploitation: Exploitation;
  readonly automatable: 'yes' | 'no';
  readonly technicalImpact: 'partial' | 'total';
  readonly mission: Mission;
}

export function ssvcDecision(points: SsvcPoints): string {
  const row = TREE[`${points.exploitation}|${points.automatable}|${points.technicalImpact}`];
  return row?.[['low', 'medium', 'high'].indexOf(points.mission)] ?? '';
}

export interface Ssvc {
  readonly decision: string;
  /** The points that led there, in the tree's order. */
  readonly path: readonly string[];
}

/**
 * The decision with its path, or null where the tree has no inputs (no CVSS vector: nothing says whether the flaw is
 * automatable). No feed of ours says "poc", so exploitation is active (KEV) or none known; the path says so.
 */
export function ssvcOf(vector: string, exploited: Exploited, criticality: Criticality): Ssvc | null {
  const metrics = cvssMetrics(vector);
  if (metrics.size === 0) return null;
  const points: SsvcPoints = {
    exploitation: exploited === 'yes' || exploited === 'ransomware' ? 'active' : 'none',
    automatable: isAutomatable(metrics) ? 'yes' : 'no',
    technicalImpact: isTotal(metrics) ? 'total' : 'partial',
    mission: missionOf(criticality),
  };
  return {
    decision: ssvcDecision(points),
    path: [
      `exploitation ${points.exploitation}${points.exploitation === 'none' ? ' known' : ''}`, `automatable ${points.automatable}`, `technical impact ${points.technicalImpact}`,
      `mission ${points.mission}${criticality === 'unknown' ? ' by prior' : ''}`,
    ],
  };
}

function missionOf(criticality: Criticality): Mission {
  if (criticality === 'critical' || criticality === 'high') return 'high';
  return criticality === 'low' ? 'low' : 'medium';
}

/** Metrics of a CVSS vector of any version, e.g. AV → N. */
export function cvssMetrics(vector: string): ReadonlyMap<string, string> {
  const pairs = vector.split('/').map((part) => part.split(':')).filter((pair): pair is [string, string] => pair.length === 2 && pair[0] !== 'CVSS');
  return new Map(pairs);
}

/** Steps 1 to 4 of the kill chain without a person's help: network, low complexity, no privileges, no user. */
function isAutomatable(metrics: ReadonlyMap<string, string>): boolean {
  const noPrivileges = (metrics.get('PR') ?? metrics.get('Au')) === 'N';
  return metrics.get('AV') === 'N' && metrics.get('AC') === 'L' && noPrivileges && (metrics.get('UI') ?? 'N') === 'N' && (metrics.get('AT') ?? 'N') === 'N';
}

/** Total control: confidentiality, integrity and availability all lost (VC, VI, VA in 4.0; C for complete in 2.0). */
function isTotal(metrics: ReadonlyMap<string, string>): boolean {
  return ['C', 'I', 'A'].every((name) => ['H', 'C'].includes(metrics.get(`V${name}`) ?? metrics.get(name) ?? ''));
}
