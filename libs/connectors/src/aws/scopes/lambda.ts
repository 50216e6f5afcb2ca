import type { Fact } from '@throughline/connectors/api';
import { functionFacts } from '../map/front.js';
import { attempt, type Scope } from '../scope.js';

/** Functions that run images: the others have no place in the chain from image to exposure. */
export const lambdaScope: Scope = {
  name: 'lambda',
  async step(context, { marker }) {
    const lambda = await context.client('lambda');
    const page = await lambda.listFunctions({ MaxItems: 50, ...(typeof marker === 'string' && { Marker: marker }) });
    const facts: Fact[] = [];
    for (const configuration of (page.Functions ?? []).filter(({ PackageType }) => PackageType === 'Image')) {
      const name = configuration.FunctionName ?? '';
      const known = await attempt(context, 'needed', undefined, () => lambda.getFunction({ FunctionName: name }));
      const urls = await attempt(context, 'refines', undefined, () => lambda.listFunctionUrlConfigs({ FunctionName: name }));
      facts.push(...functionFacts(context.say(), { configuration, image: known?.Code?.ResolvedImageUri ?? known?.Code?.ImageUri, tags: known?.Tags, urls: urls?.FunctionUrlConfigs }));
    }
    return { facts, next: page.NextMarker ? { marker: page.NextMarker } : undefined };
  },
};
