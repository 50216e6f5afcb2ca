import {
  ReportError, fieldsOf, isFields, isoTime, jsonParser, looseText, sniff, sub, texts, type Fields, type Parser, type ReportMeta, type SplitElement, type DraftInput, type TargetHints,
} from '../../api/index.js';
import { SEVERITIES, readMatch, type Scanned } from './match.js';

const ELEMENTS = ['matches[*]'];

export const parser: Parser = {
  id: 'grype', name: 'Grype JSON', tool: 'grype', classes: ['container', 'sca'], syntax: ['json'], elements: ELEMENTS, versions: ['0.7 to 0.9x'], severityMap: SEVERITIES,
  identityRecipe: { version: 1, keys: ['identifiers + component purl without version'] },
  verified: [{ tool: 'grype', version: '0.7.0 to 0.96.0', by: 'published-sample' }],
  produce: '`grype IMAGE -o json --file grype.json`, `grype dir:. -o json` or `grype sbom:FILE -o json`',
  detect(head) {
    const { top, paths, values } = sniff(head);
    if (top !== 'object' || !paths.has('matches')) return 0;
    if (paths.has('matches[].vulnerability') && (paths.has('matches[].artifact') || paths.has('matches[].matchDetails'))) return 0.97;
    return values.get('descriptor.name') === 'grype' ? 0.97 : 0;
  },
  parse: jsonParser<Scanned>({ elements: ELEMENTS, skip: ['ignoredMatches', 'alertsByPackage', 'descriptor.configuration', 'descriptor.db', 'source.target.manifest', 'source.target.config', 'source.target.layers'], begin, read }),
};

function begin(rest: unknown): { meta: ReportMeta; state: Scanned } {
  const report = isFields(rest) ? rest : {};
  if (!Array.isArray(report['matches'])) throw new ReportError('missing_parts', 'a Grype report has a list "matches"; this document has none');
  const descriptor = sub(report, 'descriptor');
  const distro = sub(report, 'distro');
  const type = looseText(sub(report, 'source'), 'type');
  return {
    meta: {
      tool: 'grype', toolVersion: looseText(descriptor, 'version'), scannedAt: isoTime(looseText(descriptor, 'timestamp')), success: looseText(descriptor, 'name') === 'grype' ? true : null,
      hints: hintsOf(report, type), problems: [],
    },
    state: { isImage: type === '' ? undefined : type === 'image', distro: looseText(distro, 'name').toLowerCase(), release: looseText(distro, 'version') },
  };
}

/** The image by the digest of its registry, where the report knows it: the digest of a local manifest may be another. */
function hintsOf(report: Fields, type: string): TargetHints {
  const target = sub(sub(report, 'source'), 'target');
  if (type !== 'image') return {};
  const named = looseText(target, 'userInput').replace(/^(?:docker|podman|registry|containerd|docker-archive|oci-archive|oci-dir|singularity):/, '');
  const [digest = ''] = texts(target['repoDigests']);
  if (digest === '') return { image: named };
  // `name:tag@sha256:…` says both which image this is and which version of it.
  const [name = '', sha = ''] = digest.split('@');
  const tag = [named, ...texts(target['tags'])].find((candidate) => candidate.startsWith(`${name}:`) && !candidate.includes('@')) ?? name;
  return { image: `${tag}@${sha}` };
}

function read(element: SplitElement, state: Scanned): DraftInput {
  return readMatch(fieldsOf(element.value, 'the match'), state);
}
