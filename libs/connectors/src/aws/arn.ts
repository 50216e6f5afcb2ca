import { kindOf, parseUrn, type Urn } from '@throughline/domain';

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

export function parseArn(text: string | undefined): Arn | undefined {
  const [word, partition = '', service = '', region = '', account = '', ...resource] = (text ?? '').split(':');
  return word === 'arn' && partition !== '' && resource.length > 0 ? { partition, service, region, account, resource: resource.join(':') } : undefined;
}

/** Partitions that are not `aws`, by the beginning of their regions' names (AWS General Reference, "Partitions"). */
const PARTITIONS: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'], ['us-gov-', 'aws-us-gov'], ['us-isob-', 'aws-iso-b'], ['us-isof-', 'aws-iso-f'], ['eu-isoe-', 'aws-iso-e'], ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
];

export const partitionOf = (region: string): string => PARTITIONS.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';

/** Ids of accounts repeat over partitions, so that the partition is a part of the name. */
export const accountUrn = (partition: string, account: string): Urn => `account:${partition}/${account}` as Urn;

/** An ARN of an answer as a URN of the kind that is expected; undefined when it is something else. */
export function arnUrn(arn: string | undefined, kind: string): Urn | undefined {
  const parsed = arn === undefined ? undefined : parseUrn(arn);
  return parsed !== undefined && kindOf(parsed) === kind ? parsed : undefined;
}

export const ec2Arn = (place: { readonly partition: string; readonly region: string; readonly account: string }, type: string, id: string): string =>
  `arn:${place.partition}:ec2:${place.region}:${place.account}:${type}/${id}`;

/** `…:listener/app/web/50dc/f2f7` belongs to `…:loadbalancer/app/web/50dc`. */
export const loadBalancerOfListener = (arn: string): string => arn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '');

/** `…:listener-rule/app/web/50dc/f2f7/9683` belongs to `…:listener/app/web/50dc/f2f7`. */
export const listenerOfRule = (arn: string): string => arn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '');

const REGISTRY = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|on\.)[a-z0-9.-]+$/;

/** Account and region of a private registry of ECR; undefined for other registries. */
export function ecrRegistry(host: string): { readonly account: string; readonly region: string } | undefined {
  const [, account, region] = REGISTRY.exec(host.toLowerCase()) ?? [];
  return account !== undefined && region !== undefined ? { account, region } : undefined;
}
