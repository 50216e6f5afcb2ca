import { plainContext, type Fact, type PullContext, type PullGap, type PullPage } from '@throughline/connectors/api';
import { CALLS, type CallSpec } from './calls.js';
import type { AwsConfig } from './config.js';
import { pullPage } from './connector.js';
import type { SessionOptions } from './session.js';

/** One body of `POST /v1/observations/assets`. */
export interface AssetRequest {
  readonly source: string;
  readonly facts: readonly object[];
  readonly snapshot?: { readonly scope: string; readonly complete: boolean };
}

/** A call of the list, as it is shown before anything is read. */
export type PlannedCall = Pick<CallSpec, 'service' | 'call' | 'permission' | 'costs'>;

export interface Collected {
  readonly requests: readonly AssetRequest[];
  /** Signed statements that were found: bodies of `POST /v1/observations/attestations`. */
  readonly attestations: readonly object[];
  readonly gaps: readonly PullGap[];
}

export interface CollectOptions {
  readonly onCall?: SessionOptions['onCall'];
  /** Told of each page that was read. */
  readonly onPage?: (page: PullPage) => void;
  readonly context?: Partial<PullContext>;
  readonly maxAttempts?: number;
}

/** Every call that a collection can make, each once; all of them only read. */
export const plannedCalls = (): readonly PlannedCall[] =>
  CALLS.filter(({ scopes }) => !scopes.includes('changes')).map(({ service, call, permission, costs }) => ({ service, call, permission, costs }));

/**
 * Reads the accounts with the rights of whoever runs it (environment, profile, role of the machine) and gives what the
 * connector would have sent, as requests. An inventory is one request, since absence in it has a meaning; one with more
 * facts than the open door takes at once is sent as parts without it, so that it ends nothing.
 */
export async function collect(config: AwsConfig, options: CollectOptions = {}): Promise<Collected> {
  const context = plainContext(options.context);
  const pages: PullPage[] = [];
  const session: SessionOptions = { ownChain: true, ...(options.onCall && { onCall: options.onCall }), ...(options.maxAttempts !== undefined && { maxAttempts: options.maxAttempts }) };
  const once = { ...config, watch: undefined };
  for (let cursor: PullPage['cursor'] = null; ;) {
    const page = await pullPage(once, cursor, context, session);
    pages.push(page);
    options.onPage?.(page);
    if (!page.more) break;
    cursor = page.cursor;
  }
  return { requests: requestsOf(pages), attestations: pages.flatMap(({ facts }) => facts.flatMap((fact) => ('attestation' in fact ? [fact.attestation] : []))), gaps: pages.flatMap(({ gaps }) => gaps) };
}

/** Facts that the open door takes in one request. */
const MAX_FACTS = 10_000;

export function requestsOf(pages: readonly PullPage[]): AssetRequest[] {
  const byPart = new Map<string, { source: string; scope: string | undefined; complete: boolean; facts: object[] }>();
  for (const { source, snapshot, facts } of pages) {
    const key = JSON.stringify([source, snapshot?.scope]);
    const part = byPart.get(key) ?? { source, scope: snapshot?.scope, complete: true, facts: [] };
    part.complete &&= snapshot?.complete ?? true;
    part.facts.push(...facts.flatMap(statementOf));
    byPart.set(key, part);
  }
  return [...byPart.values()].flatMap(({ source, scope, complete, facts }) => {
    if (scope !== undefined && facts.length <= MAX_FACTS) return [{ source, facts, snapshot: { scope, complete } }];
    const parts = Array.from({ length: Math.ceil(facts.length / MAX_FACTS) }, (_, part) => facts.slice(part * MAX_FACTS, (part + 1) * MAX_FACTS));
    return parts.map((some) => ({ source, facts: some }));
  });
}

/** A fact as the open door takes it. */
function statementOf(fact: Fact): object[] {
  if ('asset' in fact) {
    const { observedAt, ...asset } = fact.asset;
    return [{ asset, observedAt }];
  }
  if (!('link' in fact)) return [];
  const { from, to, kind, method, evidence, validFrom, validTo, observedAt } = fact.link;
  return [{ link: { from, to, kind, method, evidence }, validFrom, ...(validTo !== undefined && { validTo }), observedAt }];
}
