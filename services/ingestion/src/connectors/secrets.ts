import type { TenantId } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import type { ConnectorRow } from '../persistence/connector.repository.js';

export type Secrets = Readonly<Record<string, unknown>>;

/** Ties sealed secrets to their connector. */
const context = (connectorId: string): string => `connector|${connectorId}`;

/** Null when there is nothing to keep. */
export async function sealSecrets(keyring: Keyring, tenantId: TenantId, connectorId: string, secrets: Secrets): Promise<Buffer | null> {
  return Object.keys(secrets).length === 0 ? null : keyring.seal(tenantId, context(connectorId), JSON.stringify(secrets));
}

export async function openSecrets(keyring: Keyring, connector: Pick<ConnectorRow, 'tenant_id' | 'connector_id' | 'secrets'>): Promise<Secrets> {
  if (connector.secrets === null) return {};
  return JSON.parse((await keyring.open(connector.tenant_id, context(connector.connector_id), connector.secrets)).toString()) as Secrets;
}

/** Texts in the secrets, however deep. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* texts(inner);
}

/** What others said, e.g. a library in an error, cut, on one line, and without the secrets that it was given. */
export function toldText(text: string, secrets: Secrets, max: number): string {
  let clean = text;
  // The longer first: a part of it must not be left because another secret is in it.
  for (const secret of [...texts(secrets)].sort((a, b) => b.length - a.length)) if (secret.length >= 6) clean = clean.replaceAll(secret, '[REDACTED]');
  return clean.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').slice(0, max);
}
