import { CreateApiCommand, CreateIntegrationCommand, CreateRouteCommand } from '@aws-sdk/client-apigatewayv2';
import { CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { given, type Clients } from './aws-clients.js';
import type { BalancerPlan } from './exposures.js';

/** What stands in front of a load balancer and is public by itself. */
export async function buildDoor(clients: Clients, door: NonNullable<BalancerPlan['door']>, name: string, listener: string, host: string): Promise<void> {
  if (door === 'cloudfront') await distribution(clients, name, host);
  else await api(clients, name, listener, door === 'api-gateway-iam' ? 'AWS_IAM' : 'NONE');
}

/** An HTTP API that reaches the listener through a VPC link. */
async function api({ gateway }: Clients, name: string, listener: string, AuthorizationType: 'AWS_IAM' | 'NONE'): Promise<void> {
  const ApiId = given((await gateway.send(new CreateApiCommand({ Name: name, ProtocolType: 'HTTP' }))).ApiId, 'an API');
  const made = await gateway.send(new CreateIntegrationCommand({
    ApiId, IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'ANY', ConnectionType: 'VPC_LINK', ConnectionId: 'vpclink', IntegrationUri: listener, PayloadFormatVersion: '1.0',
  }));
  await gateway.send(new CreateRouteCommand({ ApiId, RouteKey: '$default', Target: `integrations/${given(made.IntegrationId, 'an integration')}`, AuthorizationType }));
}

async function distribution({ cloudfront }: Clients, name: string, host: string): Promise<void> {
  await cloudfront.send(new CreateDistributionCommand({ DistributionConfig: {
    CallerReference: name, Comment: name, Enabled: true,
    Origins: { Quantity: 1, Items: [{ Id: 'balancer', DomainName: host, CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' } }] },
    DefaultCacheBehavior: { TargetOriginId: 'balancer', ViewerProtocolPolicy: 'https-only', MinTTL: 0, ForwardedValues: { QueryString: true, Cookies: { Forward: 'all' } } },
  } }));
}
