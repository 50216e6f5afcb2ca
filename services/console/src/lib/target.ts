import { shortName } from './format.js';

/** What a scan looked at, in one text, whichever way the receipt spells it. */
export function targetText(target: unknown): string {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return '';
  const of = target as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof of[name] === 'string' ? of[name] : '');
  const commit = text('commit');
  const image = text('image') || (text('digest') ? `${text('imageName')}@${text('digest')}` : '');
  if (image) return shortName(image.startsWith('image:') ? image : `image:${image}`);
  const repository = text('repository');
  if (repository) return `${repository.replace(/^github\.com\//, '')}${text('path') ? `/${text('path')}` : ''}${commit ? `@${commit.slice(0, 7)}` : text('branch') ? ` (${text('branch')})` : ''}`;
  return text('url') || text('asset') || text('account') || text('service') || text('application');
}
