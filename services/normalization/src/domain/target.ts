import type { Problem, ScanTarget } from '@throughline/contracts';
import { parseImageReference, parseUrn } from '@throughline/domain';
import type { TargetHints } from '@throughline/parsers/api';

/** Where findings go when neither the upload nor the report says what was scanned; people move them from there. */
export const UNASSIGNED = 'application:unassigned';

export interface ResolvedTarget {
  readonly target: ScanTarget;
  readonly problems: readonly Problem[];
}

interface Asset {
  readonly asset: string;
  readonly version: string;
  readonly line: string;
}

/** The most telling first: an image says more of what was scanned than the repository that its pipeline belongs to. */
const RULES: readonly ((target: ScanTarget) => Asset | undefined)[] = [imageAsset, endpointAsset, accountAsset, repositoryAsset, serviceAsset, applicationAsset];

/**
 * The lasting asset that the findings live on, and the version that was scanned. What the upload's query says outranks
 * the report: the report's own words count only when the query names no target at all; a digest or a commit of the very
 * target that the query names completes it.
 */
export function resolveTarget(query: ScanTarget, hints: TargetHints): ResolvedTarget {
  const completed = complete(query, hints);
  const said = firstAsset(completed);
  if (said) return { target: { ...completed, ...said }, problems: [] };
  const hinted = fromHints(completed, hints);
  const found = firstAsset(hinted);
  if (found) return { target: { ...hinted, ...found }, problems: [] };
  const message = 'neither the upload nor the report says what was scanned: its findings are filed under application:unassigned; name repository, image, url, account, service or application in the upload';
  return { target: { ...completed, asset: UNASSIGNED, version: '', line: completed.line || 'default' }, problems: [{ code: 'target_unknown', message, position: '' }] };
}

function firstAsset(target: ScanTarget): Asset | undefined {
  for (const rule of RULES) {
    const found = rule(target);
    if (found) return found;
  }
  return undefined;
}

/** Adds what the report knows of the same target: the digest of the image, the commit and branch of the repository. */
function complete(query: ScanTarget, hints: TargetHints): ScanTarget {
  const category = query.category || (hints.category ?? '');
  let { image, commit, branch } = query;
  const [said, seen] = [parseImageReference(image), parseImageReference(hints.image ?? '')];
  if (said && seen && said.name === seen.name && said.digest === '' && seen.digest !== '' && (said.tag === '' || seen.tag === '' || said.tag === seen.tag)) image = hints.image ?? image;
  if (query.repository !== '' && hints.repository !== undefined && repositoryName(hints.repository) === query.repository) {
    commit ||= commitOf(hints.commit);
    branch ||= hints.branch ?? '';
  }
  return { ...query, category, image, commit, branch };
}

function fromHints(query: ScanTarget, hints: TargetHints): ScanTarget {
  const repository = repositoryName(hints.repository ?? '');
  return {
    ...query, image: hints.image ?? '', url: hints.url ?? '', account: hints.account ?? '', repository,
    commit: query.commit || (repository ? commitOf(hints.commit) : ''), branch: query.branch || (repository ? (hints.branch ?? '') : ''),
  };
}

const commitOf = (commit: string | undefined): string => (commit !== undefined && /^[0-9a-f]{7,64}$/i.test(commit) ? commit.toLowerCase() : '');

/** `host/owner/name` of what tools write: URLs, ssh addresses, a `.git` at the end. Empty when it is no repository. */
export function repositoryName(text: string): string {
  const name = text.trim().replace(/^(?:git\+)?(?:https?|ssh|git):\/\//i, '').replace(/^[^@/]+@/, '').replace(/^([^/:]+):(?!\d)/, '$1/').replace(/[?#].*$/, '').replace(/\.git$/, '').replace(/\/+$/, '').toLowerCase();
  return /^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/(?!\.{1,2}(?:\/|$))[a-z0-9._~-]+)+$/.test(name) ? name : '';
}

function repositoryAsset(target: ScanTarget): Asset | undefined {
  if (target.repository === '') return undefined;
  const asset = parseUrn(`repo:${target.repository}${target.path ? `#${target.path}` : ''}`);
  const version = target.commit ? (parseUrn(`commit:${target.repository}@${target.commit}`) ?? '') : '';
  return asset && { asset, version, line: target.line || 'default' };
}

/** Tags come and go: an image's line is one, and its version is the digest alone. */
function imageAsset(target: ScanTarget): Asset | undefined {
  const reference = target.image === '' ? undefined : parseImageReference(target.image.replace(/^image(?:-name)?:/, ''));
  const asset = reference && parseUrn(`image-name:${reference.name}`);
  return asset && { asset, version: reference.digest ? (parseUrn(`image:${reference.name}@${reference.digest}`) ?? '') : '', line: 'default' };
}

function endpointAsset(target: ScanTarget): Asset | undefined {
  if (target.url === '' || !URL.canParse(target.url)) return undefined;
  const url = new URL(target.url);
  if (!/^https?:$/.test(url.protocol) || url.host === '') return undefined;
  const asset = parseUrn(`endpoint:${url.host}${url.pathname.replace(/\/+$/, '')}`);
  return asset && { asset, version: '', line: 'default' };
}

/** `aws/111122223333`; twelve digits alone are an AWS account. */
function accountAsset(target: ScanTarget): Asset | undefined {
  const account = target.account.trim().replace(/^account:/, '');
  if (account === '') return undefined;
  const asset = parseUrn(`account:${/^\d{12}$/.test(account) ? `aws/${account}` : account}`);
  return asset && { asset, version: '', line: 'default' };
}

function serviceAsset(target: ScanTarget): Asset | undefined {
  const asset = target.service === '' ? undefined : parseUrn(`service:${target.service}`);
  return asset && { asset, version: '', line: target.line || 'default' };
}

function applicationAsset(target: ScanTarget): Asset | undefined {
  const asset = target.application === '' ? undefined : parseUrn(`application:${target.application}`);
  return asset && { asset, version: '', line: target.line || 'default' };
}

/** Scans of one scope supersede each other: asset, path, tool, category, line. A `|` inside a part is escaped. */
export function scopeKey(target: ScanTarget, tool: string): string {
  return [target.asset, target.path, tool, target.category, target.line].map((part) => part.replaceAll('%', '%25').replaceAll('|', '%7c')).join('|');
}
