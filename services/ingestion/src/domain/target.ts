import { createHash } from 'node:crypto';
import type { ScanTarget } from '@throughline/contracts';
import type { ScanQuery } from './scan-query.js';

/** What the query says of the target; the asset itself is resolved by normalization, which reads the report too. */
export function targetOf(query: ScanQuery, defaultLine: boolean): ScanTarget {
  return {
    asset: '', version: '', line: query.branch ?? 'default', defaultLine,
    path: query.path ?? '', category: query.category ?? '', application: query.application ?? '', service: query.service ?? '',
    repository: query.repository ?? '', branch: query.branch ?? '', commit: query.commit ?? '', image: query.image ?? '',
    url: query.url ?? '', account: query.account ?? '', environment: query.environment ?? '', build: query.build ?? '',
    pullRequest: query.pullRequest ?? '', base: query.base ?? '',
  };
}

/** What a branch is a branch of: the repository, or the best name that the upload gave for it. */
export function lineSubject(query: ScanQuery): string {
  if (query.repository !== undefined) return `repo:${query.repository}`;
  if (query.service !== undefined) return `service:${query.service}`;
  return query.application === undefined ? '' : `application:${query.application}`;
}

/** Fields that make the same bytes another scan. The time of the scan and the file's name are not among them. */
const IDENTIFYING = [
  'format', 'tool', 'application', 'service', 'repository', 'branch', 'commit', 'path', 'image', 'url', 'account',
  'environment', 'category', 'build', 'pullRequest', 'coverage',
] as const satisfies readonly (keyof ScanQuery)[];

/** Same bytes for the same scope, commit and build have the same key, unless a salt sets them apart. */
export function contentKey(sha256: string, query: ScanQuery, salt?: string): Buffer {
  return createHash('sha256').update(JSON.stringify([sha256, ...IDENTIFYING.map((field) => query[field] ?? null), ...(salt === undefined ? [] : [salt])])).digest();
}
