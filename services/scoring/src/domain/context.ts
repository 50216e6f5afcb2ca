import { EXPOSURES, isOneOf, TRISTATES, type Exposure, type Tristate } from '@throughline/domain';
import type { ChainChanged, FindingChanged } from '@throughline/contracts';
import type { Criticality, EnvironmentTier } from './formula.js';
import { ownerOf, type JudgedOwner } from './owner.js';
import { contextOf } from './running.js';

/** What the chain says of a finding's asset, in the words of the formula. */
export interface JudgedContext {
  readonly version: number;
  readonly deployed: Tristate;
  readonly deployedValue: string;
  readonly deployedSource: string;
  readonly exposure: Exposure;
  readonly exposureValue: string;
  readonly source: string;
  readonly observedAt: string;
  /** Slug of the weightiest environment. */
  readonly environment: string;
  readonly environmentTier: EnvironmentTier;
  readonly environmentSource: string;
  readonly criticality: Criticality;
  readonly application: string;
  readonly service: string;
  readonly repository: string;
  readonly owner: JudgedOwner;
}

const TIERS: readonly (readonly [EnvironmentTier, RegExp])[] = [
  ['production', /^(prod|production|live|prd)([-_.].*)?$/],
  ['staging', /^(stag|staging|stage|preprod|pre-prod|pre-production|uat|acceptance)([-_.].*)?$/],
  ['development', /^(dev|develop|development|test|testing|qa|sandbox|preview|ci|local)([-_.].*)?$/],
];
const WEIGHT: readonly EnvironmentTier[] = ['production', 'unknown', 'staging', 'development'];

/** The tier of an environment by its slug; a name that says nothing is unknown and moves nothing. */
export function tierOf(slug: string): EnvironmentTier {
  return TIERS.find(([, pattern]) => pattern.test(slug.toLowerCase()))?.[0] ?? 'unknown';
}

export function judgeContext(finding: FindingChanged, whole: ChainChanged | null): JudgedContext {
  const context = contextOf(finding, whole);
  const deployment = deploymentOf(finding, context);
  const exposure: Exposure = isOneOf(EXPOSURES, context?.exposure) ? context.exposure : 'unknown';
  const environment = environmentOf(finding, context);
  return {
    version: context?.version ?? 0, ...deployment, exposure, exposureValue: exposureText(exposure, context),
    source: context === null ? 'prior: the chain says nothing of this asset' : 'chain', observedAt: context?.changedAt ?? '',
    ...environment, criticality: criticalityOf(context?.criticality ?? ''),
    application: finding.application || context?.applications[0] || '',
    service: finding.service || lastSegment(context?.services[0] ?? ''),
    repository: finding.repository || repositoryOf(finding.asset, context),
    owner: ownerOf(context?.owners ?? [], finding.location?.path || finding.component?.filePath || finding.path),
  };
}

/** A live request or a live account is itself proof that the thing runs, where the chain knows nothing. */
function deploymentOf(finding: FindingChanged, context: ChainChanged | null): Pick<JudgedContext, 'deployed' | 'deployedValue' | 'deployedSource'> {
  const said: Tristate = isOneOf(TRISTATES, context?.deployed) ? context.deployed : 'unknown';
  if (said === 'unknown' && (finding.class === 'dast' || finding.class === 'cspm')) {
    return { deployed: 'yes', deployedValue: 'yes: the tool saw it live', deployedSource: finding.tools.join(', ') };
  }
  const runs = new Set(context?.running.map((version) => version.service)).size;
  const text = { yes: runs > 0 ? `yes: runs in ${runs} service${runs === 1 ? '' : 's'}` : 'yes', no: finding.absentIn.length > 0 ? 'no: the version that runs does not have it' : 'no: nothing runs it', unknown: 'unknown' }[said];
  return { deployed: said, deployedValue: text, deployedSource: context === null ? 'prior' : 'chain' };
}

function exposureText(exposure: Exposure, context: ChainChanged | null): string {
  const end = context?.exposurePath.at(-1);
  return end === undefined ? exposure : `${exposure} via ${lastSegment(end)}`;
}

function environmentOf(finding: FindingChanged, context: ChainChanged | null): Pick<JudgedContext, 'environment' | 'environmentTier' | 'environmentSource'> {
  const observed = [...new Set([...(context?.environments ?? []), ...(context?.running.map((version) => version.environment) ?? [])])].filter((slug) => slug !== '');
  const slugs = observed.length > 0 ? observed : [finding.environment].filter((slug) => slug !== '');
  const best = slugs.sort((a, b) => WEIGHT.indexOf(tierOf(a)) - WEIGHT.indexOf(tierOf(b)) || (a < b ? -1 : 1))[0] ?? '';
  return { environment: best, environmentTier: tierOf(best), environmentSource: best === '' ? 'prior' : observed.length > 0 ? 'chain' : 'upload' };
}

function criticalityOf(word: string): Criticality {
  return isOneOf(['critical', 'high', 'medium', 'low'] as const, word) ? word : 'unknown';
}

/** Slug-like tail of a URN: the name people know. */
function lastSegment(value: string): string {
  return value.replace(/^endpoint:/, '').split('/').filter((part) => !/^[0-9a-f]{16}$/.test(part)).at(-1)?.split(':').at(-1) ?? '';
}

/** `repo:host/owner/name[#path]` of the asset itself, or the only repository of its lineage. */
function repositoryOf(asset: string, context: ChainChanged | null): string {
  const named = [asset, ...(context?.lineage ?? [])].filter((urn) => urn.startsWith('repo:')).map((urn) => urn.slice(5).split('#')[0] ?? '');
  const distinct = [...new Set(named)];
  return distinct.length === 1 ? distinct[0] ?? '' : '';
}
