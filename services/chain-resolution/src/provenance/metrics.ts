import { meter } from '@throughline/observability';

let refused: ReturnType<ReturnType<typeof meter>['createCounter']> | undefined;

/** Attestations that were refused for an image, by the time they were first. */
export function countRefused(count: number): void {
  refused ??= meter().createCounter('throughline_attestations_refused', { description: 'Attestations refused for an image: bad signature, wrong subject, builder that is not trusted' });
  refused.add(count);
}
