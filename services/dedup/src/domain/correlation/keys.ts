import { repositoryPath } from '../identity/normalize.js';
import type { View } from '../near/view.js';
import { routeOf } from './routes.js';

const CODE_LIKE = new Set(['sast', 'secrets', 'iac', 'cspm']);

/**
 * The bucket in which a view can meet others: at most one, so that neighbours are one index look-up. It depends on no
 * kind of flaw, so that it stays when the tables of kinds grow. Packages meet by aliases, not here.
 */
export function correlationKeys(view: View): readonly string[] {
  if (view.class === 'dast') return view.url === '' ? [] : [`route:${routeOf(view)}`];
  if (!CODE_LIKE.has(view.class)) return [];
  const path = repositoryPath(view.path);
  if (path !== '') return [`path:${path}`];
  return view.resource === '' ? [] : [`resource:${view.resource}`];
}
