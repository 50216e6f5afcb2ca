import type { ApiGatewayV2, Integration, Route } from '@aws-sdk/client-apigatewayv2';
import type { Fact } from '@throughline/connectors/api';
import { apiFacts } from '../map/front.js';
import { attempt, type Scope, type ScopeContext } from '../scope.js';

const PAGE = '20';

/** HTTP and WebSocket APIs, and what they call. */
export const apigatewayScope: Scope = {
  name: 'apigateway',
  async step(context, { token }) {
    const gateway = await context.client('apigatewayv2');
    const page = await gateway.getApis({ MaxResults: PAGE, ...(typeof token === 'string' && { NextToken: token }) });
    const facts: Fact[] = [];
    for (const api of page.Items ?? []) {
      const [integrations, routes] = [await integrationsOf(context, gateway, api.ApiId), await routesOf(context, gateway, api.ApiId)];
      facts.push(...apiFacts(context.say(), api, integrations, routes));
    }
    return { facts, next: page.NextToken ? { token: page.NextToken } : undefined };
  },
};

interface Page<T> { readonly Items?: T[] | undefined; readonly NextToken?: string | undefined }

async function all<T>(context: ScopeContext, ask: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const from = token;
    const page: Page<T> | undefined = await attempt(context, 'needed', undefined, () => ask(from));
    items.push(...(page?.Items ?? []));
    token = page?.NextToken || undefined;
  } while (token !== undefined);
  return items;
}

const integrationsOf = (context: ScopeContext, gateway: ApiGatewayV2, ApiId: string | undefined): Promise<Integration[]> =>
  all(context, (token) => gateway.getIntegrations({ ApiId, MaxResults: '100', ...(token !== undefined && { NextToken: token }) }));

const routesOf = (context: ScopeContext, gateway: ApiGatewayV2, ApiId: string | undefined): Promise<Route[]> =>
  all(context, (token) => gateway.getRoutes({ ApiId, MaxResults: '100', ...(token !== undefined && { NextToken: token }) }));
