import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Place } from './fleet.js';

export interface Clients {
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly waf: WAFV2Client;
  readonly gateway: ApiGatewayV2Client;
  readonly cloudfront: CloudFrontClient;
}

/** Clients of a place at the front, which takes a 12-digit access key for its account. */
export function clientsOf(endpoint: string, { account, region }: Place): Clients {
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'none' }, maxAttempts: 1 };
  return {
    ec2: new EC2Client(config), ecr: new ECRClient(config), ecs: new ECSClient(config), elb: new ElasticLoadBalancingV2Client(config), waf: new WAFV2Client(config),
    gateway: new ApiGatewayV2Client(config), cloudfront: new CloudFrontClient(config),
  };
}

/** The value that an answer must have. */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the peer answered without ${what}`);
  return value;
}
