import { shortName } from '../lib/format.js';
import type { TraceNode } from '../api/types.js';

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text).filter(Boolean) : []);
const attribute = (node: TraceNode, ...names: readonly string[]): string => names.map((name) => text(node.attributes[name])).find((value) => value !== '') ?? '';

export const KIND_WORDS: Readonly<Record<string, string>> = { 'repo': 'repository', 'lb': 'load balancer', 'pr': 'pull request', 'image-name': 'image name', 'pull-request': 'pull request', 'task-definition': 'task definition', 'target-group': 'target group', 'load-balancer': 'load balancer', 'listener-rule': 'listener rule', 'cloud-resource': 'cloud resource' };
export const kindWord = (kind: string): string => KIND_WORDS[kind] ?? kind;

/** The name that a reader knows a node by. */
export function titleOf(node: TraceNode): string {
  switch (node.kind) {
    case 'repository': return node.urn.replace(/^repo:[^/]+\//, '') || node.name;
    case 'commit': return shortHash(node.urn.split('@').at(-1) ?? node.name);
    case 'build': return attribute(node, 'workflow', 'workflowPath', 'path').split('/').at(-1) || buildName(node);
    case 'image': return attribute(node, 'imageName', 'repositoryName').split('/').at(-1) || shortName(node.urn).replace(/@.*/, '') || shortHash(node.name.replace(/^.*sha256:/, ''));
    case 'listener': return attribute(node, 'protocol') ? `${attribute(node, 'protocol')} ${attribute(node, 'port')}`.trim() : node.name || shortName(node.urn);
    case 'endpoint': return node.urn.replace(/^endpoint:/, '');
    default: return node.name || shortName(node.urn);
  }
}

function buildName(node: TraceNode): string {
  return node.name && !node.name.includes('/') ? node.name : `run ${node.urn.split('/').at(-1) ?? ''}`;
}

const tag = (node: TraceNode, name: string): string => { const tags = node.attributes['tags']; return typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? text((tags as Record<string, unknown>)[name]) : ''; };
const shortHash = (hash: string): string => (/^[0-9a-f]{12,}$/.test(hash) ? hash.slice(0, 7) : hash);
const digest = (urn: string): string => /sha256:([0-9a-f]{12})/.exec(urn)?.[1] ?? '';

/** The second line: what narrows the node down, with what folded into it. */
export function subtitleOf(node: TraceNode, folded: readonly TraceNode[], context: readonly TraceNode[]): string {
  const named = (kind: string): readonly TraceNode[] => folded.filter((one) => one.kind === kind);
  const around = (kind: string): string => [...new Set(context.filter((one) => one.kind === kind).map((one) => one.name || shortName(one.urn)))].join(', ');
  const parts: string[] = [];
  switch (node.kind) {
    case 'repository': parts.push(many(named('commit').map((one) => titleOf(one)), 'commits')); break;
    case 'build': parts.push(attribute(node, 'number', 'run', 'runNumber') && `run ${attribute(node, 'number', 'run', 'runNumber')}`, shortHash(attribute(node, 'commit', 'headSha', 'sha')) || attribute(node, 'branch')); break;
    case 'image': parts.push(platformsText(named('image').length), many(named('tag').length ? named('tag').map((one) => one.urn.split(':').at(-1) ?? one.name) : texts(node.attributes['tags']), 'tags'), digest(node.urn)); break;
    case 'service': parts.push(named('task').length ? `${named('task').length} ${named('task').length === 1 ? 'task' : 'tasks'}` : attribute(node, 'runningCount') && `${attribute(node, 'runningCount')} ${attribute(node, 'runningCount') === '1' ? 'task' : 'tasks'}`, around('environment') || attribute(node, 'environment') || tag(node, 'environment') || around('cluster')); break;
    case 'load-balancer': parts.push(attribute(node, 'scheme') === 'internet-facing' ? 'internet-facing' : attribute(node, 'scheme') || 'load balancer', attribute(node, 'authentication', 'waf')); break;
    case 'team': parts.push(attribute(node, 'source') || 'owner'); break;
    default: parts.push(kindWord(node.kind));
  }
  return parts.filter(Boolean).join(' · ') || kindWord(node.kind);
}

const platformsText = (n: number): string => (n === 0 ? '' : `${n} ${n === 1 ? 'platform' : 'platforms'}`);

function many(names: readonly string[], plural: string): string {
  return names.length > 1 ? `${names.length} ${plural}` : names[0] ?? '';
}

const GAPS: Readonly<Record<string, string>> = { provenance: 'Attestation refused', owner: 'No owner is known', exposure: 'Exposure not known', service: 'Where it runs not known', commit: 'No commit is known', build: 'No build is known', image: 'No image is known' };
export const gapTitle = (hop: string): string => GAPS[hop] ?? (/^[a-z-]+$/.test(hop) ? `No ${kindWord(hop)} is known` : `${hop} not known`);
