import { plainContext, type Fact, type PullConnector, type PullGap, type PullPage, type PulledScan } from '../../src/api/index.js';

export const NOW = new Date('2026-03-01T12:00:00Z');

export interface Pulled {
  readonly pages: readonly PullPage[];
  readonly facts: readonly Fact[];
  readonly scans: readonly PulledScan[];
  readonly gaps: readonly PullGap[];
  readonly cursor: PullPage['cursor'];
}

/** A whole pull, its cursor through JSON after each page, as ingestion keeps it. */
export async function pullAll(connector: PullConnector, config: unknown, options: { readonly cursor?: PullPage['cursor']; readonly focus?: string; readonly now?: Date; readonly pages?: number } = {}): Promise<Pulled> {
  const pages: PullPage[] = [];
  const context = plainContext({ clock: { now: () => options.now ?? NOW }, ...(options.focus !== undefined && { focus: options.focus }) });
  let cursor = options.cursor ?? null;
  for (let more = true; more && pages.length < (options.pages ?? 300);) {
    const page = await connector.pull(config, cursor, context);
    pages.push(page);
    cursor = JSON.parse(JSON.stringify(page.cursor)) as PullPage['cursor'];
    more = page.more;
    if (page.waitUntil !== undefined) break;
  }
  return { pages, facts: pages.flatMap((page) => page.facts), scans: pages.flatMap((page) => page.scans ?? []), gaps: pages.flatMap((page) => page.gaps), cursor };
}

export const edgesOf = (facts: readonly Fact[]): readonly string[] => facts.flatMap((fact) => ('link' in fact ? [`${fact.link.from} ${fact.link.kind} ${fact.link.to}`] : []));
export const attributesOf = (facts: readonly Fact[], urn: string) => facts.flatMap((fact) => ('asset' in fact && fact.asset.urn === urn ? [fact.asset.attributes] : [])).at(-1);
