import type { Fact } from '@throughline/connectors/api';
import { accountUrn, arnUrn } from '../arn.js';
import { tagsOf } from '../say.js';
import { attempt, type Scope } from '../scope.js';

/** Kubernetes clusters. What runs in them is told by the connector for Kubernetes, which needs rights inside of them. */
export const eksScope: Scope = {
  name: 'eks',
  async step(context, { token }) {
    const eks = await context.client('eks');
    const page = await eks.listClusters({ maxResults: 20, ...(typeof token === 'string' && { nextToken: token }) });
    const facts: Fact[] = [];
    for (const name of page.clusters ?? []) {
      const cluster = (await attempt(context, 'needed', undefined, () => eks.describeCluster({ name })))?.cluster;
      const node = arnUrn(cluster?.arn, 'cluster') ?? (cluster?.arn === undefined ? undefined : `cluster:${cluster.arn}`);
      if (cluster === undefined || node === undefined) continue;
      const say = context.say();
      facts.push(
        say.asset(node, {
          name, type: 'eks', status: cluster.status, version: cluster.version, apiPublic: cluster.resourcesVpcConfig?.endpointPublicAccess,
          apiCidrs: cluster.resourcesVpcConfig?.publicAccessCidrs, tags: tagsOf(Object.entries(cluster.tags ?? {}).map(([key, value]) => ({ key, value }))),
        }),
        say.link(node, 'part-of', accountUrn(context.place.partition, context.place.account), { since: cluster.createdAt }),
      );
    }
    return { facts, next: page.nextToken ? { token: page.nextToken } : undefined };
  },
};
