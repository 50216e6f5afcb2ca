import type { CodeLocation, Component, FindingDraft, ScanHeader, ScanTarget } from '@throughline/contracts';
import { lineFreeFingerprint } from './identity/code.recipe.js';
import { fingerprint, type Fingerprint } from './identity/fingerprint.js';
import { routeTemplate, stableText } from './identity/normalize.js';

/** What an upload said about where its target belongs. */
export type UploadContext = Pick<ScanTarget, 'path' | 'application' | 'service' | 'repository' | 'environment'>;

/** What one occurrence shows: the draft without its bookkeeping, and the upload's context. Stored when it changes. */
export type Content = Omit<FindingDraft, 'ordinal' | 'class' | 'fingerprints' | 'attributes' | 'detectedAt'> & {
  readonly context: UploadContext;
  /** `name=value` of the tool's fingerprint that knows no lines: matching reads it, nobody is shown it. */
  readonly native?: string;
  /** Class of the result: tools of several classes may show one finding. Rows from before have the finding's. */
  readonly class?: string;
};

export function contentOf(draft: FindingDraft, header: ScanHeader): Content {
  const { ordinal: _o, class: kind, fingerprints: _f, attributes: _a, detectedAt: _d, ...shown } = draft;
  const { path, application, service, repository, environment } = header.target;
  const native = lineFreeFingerprint(draft.fingerprints);
  return { ...shown, context: { path, application, service, repository, environment }, class: kind, ...(native === '' ? {} : { native }) };
}

/**
 * Equal for two occurrences that show the same. Volatile parts are masked, so that a rebuilt image (other layer digests),
 * a pod's hash in a description or an id in a URL makes no change; the version scanned is no part of it.
 */
export function contentHash(content: Content): Fingerprint {
  const { title, description, component, location, identifiers, weaknesses, references, context, ...rest } = content;
  return fingerprint(JSON.stringify([
    stableText(title), stableText(description), stableComponent(component), stableLocation(location),
    sorted(identifiers), sorted(weaknesses), sorted(references), context, rest.severity, rest.cvss, rest.rule,
    rest.codeFlow, rest.secret, rest.suppressions, rest.remediation, rest.reachability,
  ]));
}

const sorted = (values: readonly string[]): readonly string[] => (values.length < 2 ? values : [...values].sort());

function stableComponent(component: Component | null): object | null {
  return component === null ? null : { ...component, layer: '' };
}

function stableLocation(location: CodeLocation | null): object | null {
  return location === null || location.url === '' ? location : { ...location, url: routeTemplate(location.url) };
}
