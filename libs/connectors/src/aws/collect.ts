import { plainContext, type Fact, type PullContext, type PullGap, type PullPage } from '@throughline/connectors/api';
import { CALLS, type CallSpec } from './calls.js';
import type { AwsConfig } from './config.js';
import { pullPage } from './connector.js';
import { accountOfCaller, type SessionOptions } from './session.js';

/** One body of `POST /v1/observations/assets`. */
export interface AssetRequest {
  readonly source: string;
  readonly facts: readonly object[];
  readonly snapshot?: { readonly scope: string; readonly complete: boolean; readonly part?: number; readonly parts?: number };
  readonly sequence?: number;
}

/** A call of the list, as it is shown before anything is read. */
export type PlannedCall = Pick<CallSpec, 'service' | 'call' | 'permission' | 'costs'>;

export interface Collected {
  readonly requests: readonly AssetRequest[];
  readonly gaps: readonly PullGap[];
}

export interface CollectOptions {
  readonly onCall?: SessionOptions['onCall'];
  /** Told of each page that was read. */
  readonly onPage?: (page: PullPage) => void;
  readonly context?: Partial<PullContext>;
  readonly maxAttempts?: number;
}

/** The account of whoever runs the command. */
export const callerAccount = (given: Pick<AwsConfig, 'credentials' | 'endpoint'>, region: string, { context, onCall }: CollectOptions = {}): Promise<string> =>
  accountOfCaller(given, region, plainContext(context), { ...(onCall && { onCall }) });

/** Facts are collected, neither changes nor the reports of other services. */
const NOT_COLLECTED: ReadonlySet<string> = new Set(['changes', 'inspector', 'securityhub']);

/** Every call that a collection can make, each once; all of them only read. */
export const plannedCalls = (): readonly PlannedCall[] =>
  CALLS.filter(({ scopes }) => !scopes.some((scope) => NOT_COLLECTED.has(scope))).map(({ service, call, permission, costs }) => ({ service, call, permission, costs }));

/**
 * Reads the accounts with the rights of whoever runs it (environment, profile, role of the machine) and gives what the
 * connector would have sent, as requests: one an inventory, or numbered parts of it where it is too large for one.
 */
export async function collect(config: AwsConfig, options: CollectOptions = {}): Promise<Collected> {
  const context = plainContext(options.context);
  const pages: PullPage[] = [];
  const session: SessionOptions = { ownChain: true, ...(options.onCall && { onCall: options.onCall }), ...(options.maxAttempts !== undefined && { maxAttempts: options.maxAttempts }) };
  const once = { ...config, watch: undefined, findings: undefined };
  for (let cursor: PullPage['cursor'] = null; ;) {
    const page = await pullPage(once, cursor, context, session);
    pages.push(page);
    options.onPage?.(page);
    if (!page.more) break;
    cursor = page.cursor;
  }
  return { requests: requestsOf(pages, context.clock.now().getTime()), gaps: pages.flatMap(({ gaps }) => gaps) };
}

/** Facts that the open door takes in one request. */
const MAX_FACTS = 10_000;

/** `sequence` orders this collection among others of its sources; parts of one inventory share it. */
export function requestsOf(pages: readonly PullPage[], sequence: number): AssetRequest[] {
  const byPart = new Map<string, { source: string; scope: string | undefined; complete: boolean; facts: object[] }>();
  for (const { source, snapshot, facts } of pages) {
    const key = JSON.stringify([source, snapshot?.scope]);
    const part = byPart.get(key) ?? { source, scope: snapshot?.scope, complete: true, facts: [] };
    part.complete &&= snapshot?.complete ?? true;
    part.facts.push(...facts.flatMap(statementOf));
    byPart.set(key, part);
  }
  return [...byPart.values()].flatMap(({ source, scope, complete, facts }): AssetRequest[] => {
    if (scope !== undefined && facts.length <= MAX_FACTS) return [{ source, facts, snapshot: { scope, complete } }];
    const parts = Math.ceil(facts.length / MAX_FACTS);
    return Array.from({ length: parts }, (_, part) => ({
      source, facts: facts.slice(part * MAX_FACTS, (part + 1) * MAX_FACTS),
      ...(scope !== undefined && { snapshot: { scope, complete, part, parts }, sequence }),
    }));
  });
}

/** A fact as the open door takes it. */
function statementOf(fact: Fact): object[] {
  if ('asset' in fact) {
    const { observedAt, ...asset } = fact.asset;
    return [{ asset, observedAt }];
  }
  if ('attestation' in fact) {
    const { subject, bundle, mediaType, observedAt } = fact.attestation;
    return [{ attestation: { ...(subject !== undefined && { subject }), bundle, mediaType }, observedAt }];
  }
  const { from, to, kind, method, evidence, validFrom, validTo, observedAt } = fact.link;
  return [{ link: { from, to, kind, method, evidence }, validFrom, ...(validTo !== undefined && { validTo }), observedAt }];
}
