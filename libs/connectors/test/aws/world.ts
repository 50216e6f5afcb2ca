import { plainContext, type Fact, type PullContext, type PullPage } from '@throughline/connectors/api';
import type { AwsFront } from '@throughline/testing';
import { awsConfig, type AwsConfig } from '../../src/aws/config.js';
import { pullPage } from '../../src/aws/connector.js';
import { LOADERS, type ClientOptions, type Clients, type ServiceName } from '../../src/aws/clients.js';
import type { SessionOptions } from '../../src/aws/session.js';

export const EXTERNAL_ID = 'external-1';

export const configFor = (url: string, accounts: readonly string[], regions: readonly string[], more: Partial<AwsConfig> = {}): AwsConfig => awsConfig.parse({
  accounts: accounts.map((id) => ({ id, roleArn: `arn:aws:iam::${id}:role/throughline` })), regions, externalId: EXTERNAL_ID,
  credentials: { accessKeyId: '999999999999', secretAccessKey: 'secret' }, endpoint: url, registryEndpoint: url, ...more,
});

/** The account's own hands: whatever it may do, in one region. */
export const hands = (url: string, account: string, region: string) => <Name extends ServiceName>(name: Name): Promise<Clients[Name]> =>
  (LOADERS[name] as unknown as (options: Partial<ClientOptions>) => Promise<Clients[Name]>)({ region, endpoint: url, credentials: { accessKeyId: account, secretAccessKey: 'secret' }, maxAttempts: 1 });

/** All pages of a pull; bounded, so that a cursor that does not move fails a test instead of hanging it. */
export async function pullAll(config: AwsConfig, given: Partial<PullContext> = {}, options: SessionOptions = { maxAttempts: 2 }): Promise<readonly PullPage[]> {
  const context = plainContext(given);
  const pages: PullPage[] = [];
  for (let cursor: PullPage['cursor'] = null; pages.length < 1000;) {
    const page = await pullPage(config, cursor, context, options);
    pages.push(page);
    if (!page.more || page.waitUntil !== undefined) return pages;
    // a cursor is stored as JSON between two pages
    cursor = JSON.parse(JSON.stringify(page.cursor)) as PullPage['cursor'];
  }
  throw new Error('the pull does not end');
}

export const factsOf = (pages: readonly PullPage[]): readonly Fact[] => pages.flatMap(({ facts }) => facts);
export const gapsOf = (pages: readonly PullPage[]): PullPage['gaps'] => pages.flatMap(({ gaps }) => gaps);

export const attributesOf = (facts: readonly Fact[], urn: string): Readonly<Record<string, unknown>> | undefined => {
  for (const fact of facts) if ('asset' in fact && fact.asset.urn === urn) return fact.asset.attributes;
  return undefined;
};
export const links = (facts: readonly Fact[]): readonly string[] => facts.flatMap((fact) => ('link' in fact ? [`${fact.link.from} ${fact.link.kind} ${fact.link.to} (${fact.link.method})`] : []));

export type Front = AwsFront;
