import { canonicalPurl, type CodeLocation, type Component } from '../../api/index.js';
import type { SarifRule } from './rules.js';

/**
 * The component that an SCA tool means, which SARIF has no field for. Trivy writes it into the message line by line
 * (`Package: musl`, `Installed Version: …`, `Fixed Version: …`); Grype puts purls on the rule and a sentence in the message.
 */
export function componentOf(message: string, rule: SarifRule | undefined, location: Partial<CodeLocation> | null): Partial<Component> | null {
  const name = line(message, 'Package');
  if (name) {
    const fixed = line(message, 'Fixed Version');
    return { name, version: line(message, 'Installed Version'), fixedVersions: fixed ? fixed.split(/,\s*/) : [], filePath: location?.path ?? '' };
  }
  const purl = rule?.purls.map(canonicalPurl).find((candidate) => candidate !== '');
  const sentence = /\b(?:in|for) (?:[\w-]{1,20} )?package:? ?([^\s,]{1,200}), version:? ?([^\s,]{1,100})/i.exec(message);
  if (!purl && !sentence) return null;
  return { purl: purl ?? '', name: sentence?.[1] ?? '', version: sentence?.[2] ?? '', ecosystem: /^pkg:([a-z0-9.+-]+)\//.exec(purl ?? '')?.[1] ?? '', filePath: location?.path ?? '' };
}

function line(message: string, label: string): string {
  const start = message.indexOf(`${label}: `);
  if (start < 0 || (start > 0 && message[start - 1] !== '\n')) return '';
  const from = start + label.length + 2;
  const end = message.indexOf('\n', from);
  return message.slice(from, end < 0 ? undefined : end).trim();
}
