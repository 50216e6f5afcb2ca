/**
 * Clients by service, each loaded when it is first asked for: all of them together take some 130 MB, of which an account
 * without functions or Kubernetes needs half.
 */
export const LOADERS = {
  apigatewayv2: async (options: ClientOptions) => new (await import('@aws-sdk/client-apigatewayv2')).ApiGatewayV2(options),
  cloudfront: async (options: ClientOptions) => new (await import('@aws-sdk/client-cloudfront')).CloudFront(options),
  cloudtrail: async (options: ClientOptions) => new (await import('@aws-sdk/client-cloudtrail')).CloudTrail(options),
  ec2: async (options: ClientOptions) => new (await import('@aws-sdk/client-ec2')).EC2(options),
  ecr: async (options: ClientOptions) => new (await import('@aws-sdk/client-ecr')).ECR(options),
  ecs: async (options: ClientOptions) => new (await import('@aws-sdk/client-ecs')).ECS(options),
  eks: async (options: ClientOptions) => new (await import('@aws-sdk/client-eks')).EKS(options),
  elb: async (options: ClientOptions) => new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2(options),
  inspector2: async (options: ClientOptions) => new (await import('@aws-sdk/client-inspector2')).Inspector2(options),
  lambda: async (options: ClientOptions) => new (await import('@aws-sdk/client-lambda')).Lambda(options),
  route53: async (options: ClientOptions) => new (await import('@aws-sdk/client-route-53')).Route53(options),
  securityhub: async (options: ClientOptions) => new (await import('@aws-sdk/client-securityhub')).SecurityHub(options),
  sts: async (options: ClientOptions) => new (await import('@aws-sdk/client-sts')).STS(options),
  wafv2: async (options: ClientOptions) => new (await import('@aws-sdk/client-wafv2')).WAFV2(options),
};

export type ServiceName = keyof typeof LOADERS;
export type Clients = { readonly [Name in ServiceName]: Awaited<ReturnType<(typeof LOADERS)[Name]>> };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
  readonly maxAttempts: number;
  readonly retryMode: string;
  readonly requestHandler: {
    readonly httpAgent: import('node:http').Agent;
    readonly httpsAgent: import('node:https').Agent;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
}
