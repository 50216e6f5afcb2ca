import { describe, expect, it } from '@jest/globals';
import { isSelfAuthenticated, serviceFor } from './routes.js';

describe('routes', () => {
  it.each([
    ['/v1/scans', 'ingestion'],
    ['/v1/scans/018f', 'ingestion'],
    ['/v1/scans/018f/changes', 'dedup'],
    ['/v1/findings', 'scoring'],
    ['/v1/findings/018f/explanation', 'scoring'],
    ['/v1/findings/018f/observations', 'dedup'],
    ['/v1/policies/sla', 'scoring'],
    ['/v1/policies/provenance', 'chain-resolution'],
    ['/v1/policies/identity', 'dedup'],
    ['/v1/recipes/dry-run/018f', 'dedup'],
    ['/v1/metrics/funnel', 'analytics'],
    ['/v1/scansx', undefined],
    ['/v1/tokens', undefined],
    ['/v2/scans', undefined],
  ])('%s goes to %s', (path, service) => expect(serviceFor(path)).toBe(service));

  it('lets only webhooks past without a token', () => {
    expect(isSelfAuthenticated('/v1/webhooks/github/main')).toBe(true);
    expect(isSelfAuthenticated('/v1/webhooksx')).toBe(false);
    expect(isSelfAuthenticated('/v1/scans')).toBe(false);
  });
});
