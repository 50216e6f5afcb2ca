import type { FindingChanged, FixRef } from '@throughline/contracts';
import { commonFix } from '@throughline/domain';

/** The part of a finding that decides which change repairs it. */
export type FixSubject = Pick<FindingChanged, 'class' | 'asset' | 'repository' | 'component' | 'location' | 'weaknesses' | 'rules' | 'secret' | 'identifiers' | 'title' | 'findingId'>;

export type FixDraft = Omit<FixRef, 'id'>;

/**
 * The fix of a finding. Keys hold nothing that a harmless edit moves: no version, no line, no free text. Two flaws with
 * one key are repaired by one change, hence one ticket.
 */
export function fixOf(finding: FixSubject): FixDraft {
  if (finding.component !== null && finding.component.purl !== '') return upgrade(finding);
  if (finding.class === 'secrets') return secret(finding);
  if (finding.location?.url) return endpoint(finding);
  if (finding.location?.resource) return resource(finding);
  return code(finding);
}

/** A purl without version, qualifiers and sub-path: the package, whatever its version. */
export function packageOf(purl: string): string {
  const bare = purl.split(/[?#]/)[0] ?? '';
  const at = bare.lastIndexOf('@');
  return at > bare.lastIndexOf('/') ? bare.slice(0, at) : bare;
}

/** Where the change is made: the repository when known, else the image or other asset. */
const placeOf = (finding: FixSubject): string => finding.repository || finding.asset.slice(finding.asset.indexOf(':') + 1);

function upgrade(finding: FixSubject): FixDraft {
  const component = finding.component as NonNullable<FixSubject['component']>;
  const name = component.name || packageOf(component.purl);
  return {
    key: `upgrade|${placeOf(finding)}|${packageOf(component.purl)}`, kind: 'upgrade',
    title: `Upgrade ${name} in ${placeOf(finding)}`, detail: upgradeOf([{ ...component, findings: 1 }]).detail,
  };
}

/** What some findings of one package say of it. */
export interface UpgradeNeed {
  readonly purl: string;
  /** As installed; '' when unknown. */
  readonly version: string;
  readonly fixedVersions: readonly string[];
  readonly findings: number;
}

export interface Upgrade {
  readonly installed: readonly string[];
  /** The lowest version that repairs all findings that can be repaired; null when it is not known. */
  readonly target: string | null;
  /** Findings for which no fixed version is known: the upgrade leaves them open. */
  readonly withoutFix: number;
  readonly detail: string;
}

/**
 * One upgrade for all findings of a package in one place. Versions are compared as their ecosystem orders them; where
 * that cannot be told, all fixed versions are named and none is chosen.
 */
export function upgradeOf(needs: readonly UpgradeNeed[]): Upgrade {
  const ecosystem = /^pkg:([^/]+)\//.exec(needs[0]?.purl ?? '')?.[1]?.toLowerCase() ?? '';
  const fixable = needs.filter((need) => need.fixedVersions.length > 0);
  const target = commonFix(ecosystem, fixable.map(({ version, fixedVersions }) => ({ installed: version, fixed: fixedVersions }))) ?? null;
  const count = (some: readonly UpgradeNeed[]): number => some.reduce((sum, need) => sum + need.findings, 0);
  const withoutFix = count(needs) - count(fixable);
  const installed = [...new Set(needs.map((need) => need.version).filter(Boolean))].sort();
  const named = target ?? ([...new Set(fixable.flatMap((need) => need.fixedVersions))].join(' or ') || 'no fixed version known');
  const rest = withoutFix > 0 && fixable.length > 0 ? ` (no fixed version known for ${withoutFix} of ${count(needs)} findings)` : '';
  return { installed, target, withoutFix, detail: `${installed.join(', ') || 'installed version unknown'} → ${named}${rest}` };
}

function secret(finding: FixSubject): FixDraft {
  const type = finding.secret?.type || 'secret';
  const path = finding.location?.path ?? '';
  const key = finding.secret?.hash ? `secret|${finding.secret.hash}` : `secret|${finding.asset}|${path}|${ruleOf(finding)}`;
  return { key, kind: 'secret', title: `Rotate the ${type} in ${placeOf(finding)}`, detail: path ? `Revoke it, then remove it from ${path}` : 'Revoke it' };
}

function endpoint(finding: FixSubject): FixDraft {
  const location = finding.location as NonNullable<FixSubject['location']>;
  const route = `${location.method || 'GET'} ${routeOf(location.url)}`;
  return { key: `endpoint|${finding.asset}|${route}|${flawOf(finding)}`, kind: 'endpoint', title: `Fix ${flawOf(finding)} at ${route}`, detail: finding.title };
}

function resource(finding: FixSubject): FixDraft {
  const { resource: name, path } = finding.location as NonNullable<FixSubject['location']>;
  return { key: `resource|${finding.asset}|${path}|${name}|${ruleOf(finding)}`, kind: 'resource', title: `Tighten ${name}: ${ruleOf(finding)}`, detail: path };
}

function code(finding: FixSubject): FixDraft {
  const path = finding.location?.path ?? '';
  const line = finding.location?.startLine ? `:${finding.location.startLine}` : '';
  const where = path || `finding ${finding.findingId}`;
  return { key: `code|${finding.asset}|${where}|${flawOf(finding)}`, kind: 'code', title: `Fix ${flawOf(finding)} in ${path || placeOf(finding)}`, detail: path ? `${path}${line}` : '' };
}

const ruleOf = (finding: FixSubject): string => finding.rules[0]?.id ?? 'rule unknown';
/** The weakness in common, else the rule: several hits of one weakness in one file are one change. */
const flawOf = (finding: FixSubject): string => [...finding.weaknesses].sort()[0] ?? ruleOf(finding);

/** Host and path; a query or fragment is an input, not a place. */
function routeOf(url: string): string {
  return (url.split(/[?#]/)[0] ?? '').replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
}
