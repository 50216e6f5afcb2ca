import type { Api, Integration, Route } from '@aws-sdk/client-apigatewayv2';
import type { DistributionSummary } from '@aws-sdk/client-cloudfront';
import type { FunctionConfiguration, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Fact } from '@throughline/connectors/api';
import { arnUrn, loadBalancerOfListener } from '../arn.js';
import { tagsOf, type Say } from '../say.js';
import { functionUrn, type Firewall } from './elb.js';
import { pinnedImage } from './ecs.js';

/** Host of a DNS name or URL: lower case, without the final dot and the prefix by which an alias asks for both address families. */
export function hostOf(name: string | undefined): string {
  const bare = (name ?? '').trim().toLowerCase().replace(/^https?:\/\//, '').replace(/[/:].*$/, '').replace(/\.$/, '').replaceAll('\\052', '*');
  const host = bare.replace(/^dualstack\./, '');
  return /^[a-z0-9*_.-]+\.[a-z0-9-]+$/.test(host) ? host : '';
}

/** Names that AWS gives to what answers requests. */
const FRONTS = /(\.elb\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?|\.cloudfront\.(net|cn)|\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?|\.lambda-url\.[a-z0-9-]+\.on\.aws|\.awsglobalaccelerator\.com)$/;

/** A name that leads to something that answers: an alias or a CNAME. Weight 0 gets no requests. */
export function recordFacts(say: Say, record: ResourceRecordSet, isPrivate: boolean): Fact[] {
  const name = hostOf(record.Name);
  const targets = [record.AliasTarget?.DNSName, ...(record.Type === 'CNAME' ? (record.ResourceRecords ?? []).map(({ Value }) => Value) : [])].map(hostOf).filter((host) => FRONTS.test(host) && host !== name);
  if (name === '' || targets.length === 0) return [];
  return [
    say.asset(`endpoint:${name}`, { host: name, dnsPublic: !isPrivate }),
    ...targets.map((target) => say.link(`endpoint:${target}`, 'resolves-to', `endpoint:${name}`, { evidence: { record: record.Type, set: record.SetIdentifier, weight: record.Weight } })),
  ];
}

/** A distribution: public by itself, whatever its origins are. */
export function distributionFacts(say: Say, distribution: DistributionSummary, firewall: Firewall | undefined): Fact[] {
  const host = hostOf(distribution.DomainName);
  if (host === '') return [];
  const origins = new Set((distribution.Origins?.Items ?? []).map(({ DomainName }) => hostOf(DomainName)).filter((origin) => origin !== '' && origin !== host));
  const aliases = (distribution.Aliases?.Items ?? []).map(hostOf).filter((alias) => alias !== '' && alias !== host);
  return [
    say.asset(`endpoint:${host}`, { host, type: 'cloudfront', arn: distribution.ARN, public: true, enabled: distribution.Enabled, waf: firewall }),
    ...[...origins].map((origin) => say.link(`endpoint:${origin}`, 'resolves-to', `endpoint:${host}`, { evidence: { record: 'origin' } })),
    ...aliases.map((alias) => say.link(`endpoint:${host}`, 'resolves-to', `endpoint:${alias}`, { evidence: { record: 'alias of the distribution' } })),
  ];
}

export interface ImageFunction {
  readonly configuration: FunctionConfiguration;
  /** Reference by digest, as Lambda resolved it when the function was last updated. */
  readonly image: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** Undefined: could not be read. */
  readonly urls: readonly FunctionUrlConfig[] | undefined;
}

/** A function that runs an image. */
export function functionFacts(say: Say, { configuration, image, tags, urls }: ImageFunction): Fact[] {
  if (configuration.FunctionArn === undefined) return [];
  const node = functionUrn(configuration.FunctionArn);
  const pinned = image === undefined ? undefined : pinnedImage(image);
  const [url] = urls ?? [];
  const changed = configuration.LastModified === undefined ? undefined : new Date(configuration.LastModified);
  return [
    say.asset(node, {
      name: configuration.FunctionName, status: 'ACTIVE', launchType: 'LAMBDA', loadBalancers: [], securityGroups: [],
      // without the list of its addresses nothing is known of who reaches it
      assignPublicIp: urls === undefined ? undefined : false, functionUrl: url && { authType: url.AuthType, url: url.FunctionUrl },
      tags: tags && tagsOf(Object.entries(tags).map(([key, value]) => ({ key, value }))),
    }),
    ...(pinned === undefined ? [] : [say.link(pinned, 'runs-as', node, { since: changed, evidence: { image } })]),
    ...(urls ?? []).flatMap((found) => {
      const host = hostOf(found.FunctionUrl);
      return host === '' ? [] : [
        say.asset(`endpoint:${host}`, { host, type: 'function-url', public: true, authentication: found.AuthType === 'NONE' ? 'none' : 'iam' }),
        say.link(node, 'resolves-to', `endpoint:${host}`, { evidence: { record: 'function URL' } }),
      ];
    }),
  ];
}

/** An HTTP API in front of functions and load balancers. It asks for authentication only if every route does. */
export function apiFacts(say: Say, api: Api, integrations: readonly Integration[], routes: readonly Route[]): Fact[] {
  const host = hostOf(api.ApiEndpoint);
  if (host === '') return [];
  const kinds = new Set(routes.map(({ AuthorizationType = 'NONE' }) => AuthorizationType));
  const authentication = routes.length === 0 || kinds.has('NONE') ? undefined : [...kinds].sort().join(', ').toLowerCase();
  return [
    say.asset(`endpoint:${host}`, { host, name: api.Name, type: 'api-gateway', public: true, authentication, defaultEndpointDisabled: api.DisableExecuteApiEndpoint || undefined }),
    ...integrations.flatMap(({ IntegrationUri }) => behindApi(IntegrationUri)).map((behind) => say.link(behind, 'resolves-to', `endpoint:${host}`, { evidence: { record: 'integration' } })),
  ];
}

/** A function, the load balancer of a listener behind a VPC link, or a host. */
function behindApi(uri: string | undefined): string[] {
  const called = /functions\/(arn:[^/]+)\/invocations$/.exec(uri ?? '')?.[1] ?? uri ?? '';
  if (/^arn:[^:]+:lambda:/.test(called)) return [functionUrn(called)];
  const balancer = arnUrn(called, 'listener') === undefined ? undefined : arnUrn(loadBalancerOfListener(called), 'load-balancer');
  if (balancer !== undefined) return [balancer];
  const host = called.startsWith('http') ? hostOf(called) : '';
  return FRONTS.test(host) ? [`endpoint:${host}`] : [];
}
