import { routeTemplate } from '../identity/normalize.js';
import type { View } from '../near/view.js';

/** Kinds that live in one parameter: another parameter, or none, is another flaw. */
const IN_PARAMETER = new Set([
  'sql-injection', 'command-injection', 'code-injection', 'template-injection', 'expression-injection', 'ldap-injection', 'xpath-injection', 'xml-injection', 'nosql-injection',
  'log-injection', 'header-injection', 'format-string', 'xss', 'path-traversal', 'deserialization', 'ssrf', 'xxe', 'open-redirect', 'prototype-pollution', 'buffer-overflow',
]);

/** Method and route without the ids in it; tools that name no method ask with GET. */
export const routeOf = (view: View): string => `${view.method.toUpperCase() || 'GET'}|${routeTemplate(view.url)}`;

/** Whether two results of one route can be the same flaw of this kind. */
export function sameParameter(a: View, b: View, kind: string): boolean {
  if (a.parameter === b.parameter) return true;
  return !IN_PARAMETER.has(kind) && (a.parameter === '' || b.parameter === '');
}
