import { partitionOf } from './arn.js';
import type { AwsAccount, AwsConfig } from './config.js';
import type { Place, Scope } from './scope.js';
import { SCOPES } from './scopes/index.js';

/** One scope at one place: what is read in one go and refused alone. */
export interface Unit {
  /** `<source>|<scope>`: also the name by which an event asks for it alone. */
  readonly key: string;
  readonly account: AwsAccount;
  readonly place: Place;
  readonly source: string;
  readonly scope: Scope;
}

const GLOBAL = 'global';
/** Where the APIs of a partition that know no regions are asked. */
const HOME: Readonly<Record<string, string>> = { aws: 'us-east-1', 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' };

/** `aws:111122223333/eu-central-1`; the partition is its first word, as ids of accounts repeat over partitions. */
export const sourceOf = (place: Place): string => `${place.partition}:${place.account}/${place.region}`;

/** Everything that a full pull reads, in order. What says where things run comes before what they are made of. */
export function planOf(config: AwsConfig): readonly Unit[] {
  const wanted = SCOPES.filter(({ findings }) => findings === undefined || config.findings?.includes(findings) === true);
  return config.accounts.flatMap((account) => {
    const partitions = [...new Set(config.regions.map(partitionOf))];
    return [
      ...config.regions.flatMap((region) => unitsAt(account, { partition: partitionOf(region), account: account.id, region }, wanted.filter(({ global }) => global !== true))),
      ...partitions.flatMap((partition) => unitsAt(account, { partition, account: account.id, region: GLOBAL }, wanted.filter(({ global }) => global === true))),
    ];
  });
}

const unitsAt = (account: AwsAccount, place: Place, scopes: readonly Scope[]): Unit[] => scopes.map((scope) => {
  // content that lasts has a source of its own: what is known of it now must not end it
  const source = scope.lasting === true ? `${sourceOf(place)}/content` : sourceOf(place);
  return { key: `${sourceOf(place)}|${scope.name}`, account, place, source, scope };
});

/** The region to call for a place. */
export const apiRegion = (place: Place): string => (place.region === GLOBAL ? HOME[place.partition] ?? 'us-east-1' : place.region);
