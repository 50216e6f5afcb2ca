import { commitUrn, parseImageReference, parseUrn, urn, type Urn } from '@throughline/domain';
import { assetFact, linkFact, timeless, type Fact } from './facts.js';

/** What a pipeline says when it has rolled something out: this digest runs as that service since then. */
export interface DeploymentRecord {
  /** Image reference; its tag is kept as evidence only. */
  readonly image: string;
  /** `sha256:…` of the image that runs. */
  readonly digest: string;
  /** ARN, URN or cluster/namespace/name. */
  readonly service: string;
  readonly environment: string;
  /** URL or URN of the build. */
  readonly build?: string | undefined;
  /** Commit id, or `host/owner/name@sha`. */
  readonly commit?: string | undefined;
  /** RFC 3339. */
  readonly at: string;
}

export interface RecordContext {
  /** host/owner/name that a bare commit id belongs to. */
  readonly repository?: string;
  readonly observedAt: string;
  readonly confidence?: number;
  /** The roll-out ended or failed at that time. */
  readonly validTo?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Facts of a record; a string says what is wrong with it. */
export function deploymentFacts(record: DeploymentRecord, context: RecordContext): readonly Fact[] | string {
  const reference = parseImageReference(record.image);
  const digest = record.digest.toLowerCase();
  const service = serviceUrn(record.service);
  if (reference === undefined) return 'image is no image reference';
  if (!DIGEST.test(digest)) return 'digest must be sha256: and 64 hex digits';
  if (service === undefined) return 'service is no ARN, URN or cluster/namespace/name';
  const image = urn(`image:${reference.name}@${digest}`);
  const environment = slugOf(record.environment);
  const { observedAt } = context;
  const key = `deployment|${service}|${environment}|${record.at}`;
  const evidence = { ...context.evidence, environment, image: record.image, ...(record.build !== undefined && { build: record.build }), ...(record.commit !== undefined && { commit: record.commit }) };
  return [
    assetFact(`${key}|${image}`, { urn: image, kind: 'image', attributes: reference.tag === '' ? {} : { tag: reference.tag }, observedAt }),
    assetFact(`${key}|service`, { urn: service, kind: 'service', attributes: { environment }, observedAt }),
    ...(environment === '' ? [] : [timeless(assetFact(`environment|${environment}`, { urn: urn(`environment:${environment}`), kind: 'environment', attributes: { name: record.environment }, observedAt }))]),
    linkFact(`${key}|runs-as|${image}`, {
      from: image, to: service, kind: 'runs-as', method: 'deployment-record', evidence, validFrom: record.at, observedAt,
      ...(context.confidence !== undefined && { confidence: context.confidence }), ...(context.validTo !== undefined && { validTo: context.validTo }),
    }),
    ...originFacts(record, image, context, key),
  ];
}

function originFacts(record: DeploymentRecord, image: Urn, context: RecordContext, key: string): Fact[] {
  const build = record.build === undefined ? undefined : buildUrn(record.build);
  const commit = record.commit === undefined ? undefined : commitOf(record.commit, context.repository);
  const link = (from: Urn, to: Urn, kind: 'built-by' | 'produced'): Fact => linkFact(`${key}|${kind}|${from}|${to}`, {
    from, to, kind, method: 'deployment-record', evidence: { image: record.image, at: record.at }, validFrom: record.at, observedAt: context.observedAt,
  });
  if (build === undefined) return commit === undefined ? [] : [link(commit, image, 'produced')];
  return [...(commit === undefined ? [] : [link(commit, build, 'built-by')]), link(build, image, 'produced')];
}

function commitOf(text: string, repository: string | undefined): Urn | undefined {
  if (text.startsWith('commit:')) return parseUrn(text);
  if (/^[^@\s]+\/[^@\s]+@[0-9a-f]{7,64}$/i.test(text)) return parseUrn(`commit:${text}`);
  return repository !== undefined && /^[0-9a-f]{7,64}$/i.test(text) ? commitUrn(repository, text) : undefined;
}

/** `https://github.com/acme/pay/actions/runs/1` and `build:…` name the same build. */
export function buildUrn(text: string): Urn | undefined {
  if (text.startsWith('build:')) return parseUrn(text);
  const path = text.replace(/^https?:\/\//, '').replace(/[?#].*$/, '').replace(/\/(attempts\/\d+)?\/?$/, '');
  return /^[^/\s]+\/\S+$/.test(path) ? parseUrn(`build:${path}`) : undefined;
}

function serviceUrn(text: string): Urn | undefined {
  const parsed = parseUrn(text);
  if (parsed !== undefined) return parsed.startsWith('service:') ? parsed : undefined;
  return /^[\w.-]+(\/[\w.-]+){0,2}$/.test(text) ? parseUrn(`service:${text}`) : undefined;
}

export const slugOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 100);
