import type { Item } from './state.js';

/** Owner and name of a repository as the routes want them. */
export function route(item: Item): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = ''] = item.name.split('/');
  return { owner, repo };
}
