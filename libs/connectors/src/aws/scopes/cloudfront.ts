import type { Fact } from '@throughline/connectors/api';
import { distributionFacts } from '../map/front.js';
import type { Scope } from '../scope.js';
import { firewallOfDistribution } from './firewall.js';

/** Distributions, and what they stand in front of. */
export const cloudfrontScope: Scope = {
  name: 'cloudfront',
  global: true,
  async step(context, { marker }) {
    const cloudfront = await context.client('cloudfront');
    const { DistributionList: page } = await cloudfront.listDistributions({ MaxItems: 100, ...(typeof marker === 'string' && { Marker: marker }) });
    const facts: Fact[] = [];
    for (const distribution of page?.Items ?? []) {
      const firewall = await firewallOfDistribution(context, distribution.WebACLId);
      facts.push(...distributionFacts(context.say(), distribution, firewall));
    }
    return { facts, next: page?.IsTruncated && page.NextMarker ? { marker: page.NextMarker } : undefined };
  },
};
