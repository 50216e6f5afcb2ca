import type { CodeLocation } from '../../api/index.js';

/**
 * Address of the resource that a finding of Checkov is about, as its JSON calls it. Its SARIF shows the resource's whole
 * block instead: as content that changes with every edit, as an address it stays. Empty when the block does not say it.
 */
export function resourceOf(tool: string, location: Partial<CodeLocation>): string {
  const { path = '', snippet = '' } = location;
  if (tool !== 'checkov' || snippet === '') return '';
  // What names a resource stands at the top of its block.
  const block = snippet.slice(0, 4000);
  if (/\.tf(?:\.json)?$/i.test(path)) return terraform(block);
  if (/(?:^|[/.])(?:docker|container)file(?:\.[\w-]+)?$/i.test(path)) return dockerfile(path, snippet);
  return cloudFormation(block) || kubernetes(block);
}

/** `resource "aws_s3_bucket" "logs" {` is `aws_s3_bucket.logs`; a module is `module.name`, data `data.type.name`. */
function terraform(block: string): string {
  const [, kind = '', first = '', second = ''] = /^\s*(resource|data|module|provider|variable|output)\s+"([^"\n]{1,200})"(?:\s+"([^"\n]{1,200})")?\s*\{/.exec(block) ?? [];
  if (kind === 'resource') return second === '' ? '' : `${first}.${second}`;
  if (kind === 'data') return second === '' ? '' : `data.${first}.${second}`;
  return kind === 'module' ? `module.${first}` : '';
}

/** One instruction is `/path/Dockerfile.USER`; the file as a whole `/path/Dockerfile.`. */
function dockerfile(path: string, lines: string): string {
  const all = lines.trim().split('\n');
  const isOne = all.slice(0, -1).every((line) => line.trimEnd().endsWith('\\'));
  const instruction = isOne ? (/^\s*([A-Za-z]{2,12})\s/.exec(all[0] ?? '')?.[1] ?? '').toUpperCase() : '';
  return isOne && instruction === '' ? '' : `/${path.replace(/^\/+/, '')}.${instruction}`;
}

/** `Logs:` over `Type: AWS::S3::Bucket` is `AWS::S3::Bucket.Logs`. */
function cloudFormation(block: string): string {
  const [, name = '', type = ''] = /^\s*"?(\w{1,200})"?:[^\S\n]*\{?[^\S\n]*\n(?:\s*#[^\n]*\n)*\s*"?Type"?:\s*["']?([A-Za-z0-9]{1,60}(?:::[A-Za-z0-9]{1,60}){1,3})/.exec(block) ?? [];
  return name === '' ? '' : `${type}.${name}`;
}

/** `kind`, `metadata.namespace` (else `default`) and `metadata.name` of the one object that the block shows. */
function kubernetes(block: string): string {
  if (!/^\s*(?:---\s*)?(?:apiVersion|kind|metadata|#)/.test(block)) return '';
  const kind = /^kind:[ \t]*["']?(\w{1,100})/m.exec(block)?.[1] ?? '';
  const metadata = /^metadata:[ \t]*(\{[^}\n]{0,500}\}|(?:\n(?:[ \t]+[^\n]{0,500}|[ \t]*))+)/m.exec(block)?.[1] ?? '';
  const name = field(metadata, 'name');
  return kind === '' || name === '' ? '' : `${kind}.${field(metadata, 'namespace') || 'default'}.${name}`;
}

/** A key of a flow mapping, or of the first level of a block one: labels below it may have the same name. */
function field(metadata: string, key: string): string {
  const indent = /^\n([ \t]+)/.exec(metadata)?.[1];
  const expression = indent === undefined ? new RegExp(`[{,][ \\t]*${key}:[ \\t]*["']?([^"',}\\s]{1,253})`) : new RegExp(`^${indent}${key}:[ \\t]*["']?([^"'\\s#]{1,253})`, 'm');
  return expression.exec(metadata)?.[1] ?? '';
}
