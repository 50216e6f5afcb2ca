import { isFields, looseText, sub, type Fields } from '../../api/index.js';

/** The group of results that an element belongs to: what Trivy calls a Result, and the Kubernetes resource around it. */
export interface ResultGroup {
  readonly target: string;
  /** os-pkgs, lang-pkgs, config, secret, license, license-file; empty in reports before 0.20. */
  readonly class: string;
  /** Package manager, distribution or kind of configuration. */
  readonly type: string;
  /** `namespace/kind/name` in reports of `trivy k8s`. */
  readonly resource: string;
}

const NO_GROUP: ResultGroup = { target: '', class: '', type: '', resource: '' };

/** Looks up the group of an element: the lists on the way to it, and its indexes in them. */
export function groupOf(rest: unknown, lists: readonly string[], path: readonly number[]): ResultGroup {
  let node: unknown = rest;
  let resource = '';
  for (const [depth, list] of lists.entries()) {
    const members = list === '' ? node : isFields(node) ? node[list] : undefined;
    node = Array.isArray(members) ? members[path[depth] ?? -1] : undefined;
    if (isFields(node) && looseText(node, 'Kind') && resource === '') resource = [looseText(node, 'Namespace'), looseText(node, 'Kind'), looseText(node, 'Name')].filter((part) => part !== '').join('/');
  }
  return isFields(node) ? { target: looseText(node, 'Target'), class: looseText(node, 'Class'), type: looseText(node, 'Type'), resource } : NO_GROUP;
}

/** The image that was scanned, by digest where the report knows it. */
export function imageOf(rest: Fields): string {
  if (!isImage(rest)) return '';
  const metadata = sub(rest, 'Metadata');
  const digest = firstText(metadata['RepoDigests']);
  const tag = firstText(metadata['RepoTags']) || looseText(rest, 'ArtifactName');
  if (digest === '') return tag;
  // `name:tag@sha256:…` says both which image this is and which version of it.
  const [name = '', sha = ''] = digest.split('@');
  const tagged = tag.startsWith(`${name}:`) ? tag : name;
  return `${tagged}@${sha}`;
}

export function isImage(rest: Fields): boolean {
  const type = looseText(rest, 'ArtifactType');
  return type === 'container_image' || (type === '' && sub(rest, 'Metadata')['RepoTags'] !== undefined);
}

function firstText(value: unknown): string {
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : '';
}
