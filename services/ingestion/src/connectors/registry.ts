import { PULL_CONNECTORS, WEBHOOK_CONNECTORS, type PullDefinition, type WebhookConnector } from '@throughline/connectors';

/** The systems that this installation can talk to; tests bring their own. */
export interface ConnectorRegistry {
  readonly pulls: Readonly<Record<string, PullDefinition>>;
  readonly webhooks: Readonly<Record<string, WebhookConnector>>;
}

export const REGISTRY: ConnectorRegistry = { pulls: PULL_CONNECTORS, webhooks: WEBHOOK_CONNECTORS };

/** An entry by a name that came from outside: inherited names are none. */
export const entryOf = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(entries, name) ? entries[name] : undefined);
