import { Inject, Injectable } from '@nestjs/common';
import { DEFAULT_TENANT, type Clock, type TenantId } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { AddressRefused } from '@throughline/outbound';
import { cancelDue, scheduleDue, type Database, type Unit } from '@throughline/persistence';
import { auditMessage, CLOCK, DATABASE, problem, type CallerIdentity } from '@throughline/service-kit';
import type { z } from 'zod';
import { CONNECTOR_PULL, CONNECTOR_SYNC } from '../due/kinds.js';
import type { Outbound } from '../outbound/outbound.js';
import { claimConnectorId, deleteConnector, findConnector, lockConnector, saveConnector, type ConnectorRow } from '../persistence/connector.repository.js';
import { dropPulls, dueTimes, findPulls } from '../persistence/pull.repository.js';
import { dropPulledScans } from '../persistence/pulled-scan.repository.js';
import { CONNECTOR_REGISTRY, KEYRING, OUTBOUND } from '../tokens.js';
import type { Progress } from './present.js';
import { entryOf, type ConnectorRegistry } from './registry.js';
import { addressFieldsOf, connectorBodies, isFeed, secretFieldsOf } from './schema.js';
import { openSecrets, sealSecrets, type Secrets } from './secrets.js';

type Body = Readonly<Record<string, unknown>> & { readonly kind: string };
interface Kept { readonly secrets: Secrets; readonly config: Readonly<Record<string, unknown>> }
export interface Known { readonly row: ConnectorRow; readonly progress: Progress }

/** Saves, deletes and wakes connectors. */
@Injectable()
export class ConnectorsService {
  readonly #bodies: Readonly<Record<string, z.ZodObject>>;

  constructor(
    @Inject(DATABASE) private readonly database: Database, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(CLOCK) private readonly clock: Clock,
    @Inject(OUTBOUND) private readonly outbound: Outbound, @Inject(CONNECTOR_REGISTRY) private readonly registry: ConnectorRegistry,
  ) {
    this.#bodies = connectorBodies(registry);
  }

  async find(tenantId: TenantId, id: string): Promise<Known> {
    const found = await this.database.run([tenantId], async (unit) => {
      const row = await findConnector(unit, tenantId, id);
      return row && (await this.withProgress(unit, tenantId, [row]))[0];
    });
    if (found === undefined) throw notFound();
    return found;
  }

  /** The rows with how far each of them is. */
  async withProgress(unit: Unit, tenantId: TenantId, rows: readonly ConnectorRow[]): Promise<readonly Known[]> {
    const ids = rows.map((row) => row.connector_id);
    const pulls = await findPulls(unit, tenantId, ids);
    const due = new Map([...await dueTimes(unit, CONNECTOR_SYNC, ids), ...await dueTimes(unit, CONNECTOR_PULL, ids)]);
    const now = this.clock.now();
    return rows.map((row) => ({ row, progress: { pull: pulls.get(row.connector_id), dueAt: due.get(row.connector_id), now } }));
  }

  /** Creates or replaces; a pull begins at its start, at once. */
  async save(caller: CallerIdentity, id: string, given: unknown): Promise<void> {
    const { tenantId, actor } = caller;
    const now = this.clock.now();
    await this.database.run([tenantId], async (unit) => {
      const kept = await this.#keptSecrets(await lockConnector(unit, tenantId, id), given);
      // Read with the secrets that stay, since one field may need another.
      const body = this.#parse(isObject(given) ? { ...kept.secrets, ...given } : given);
      if (isFeed(body.kind) && tenantId !== DEFAULT_TENANT) throw problem(403, 'installation_only', `Feeds speak for every tenant; only an admin of the installation may set ${body.kind}.`);
      this.#checkAddresses(tenantId, body, kept);
      const names = secretFieldsOf(this.registry, body.kind);
      const fields = Object.entries(body).filter(([name, value]) => name !== 'kind' && value !== undefined);
      const config = Object.fromEntries(fields.filter(([name]) => !names.includes(name)));
      const secrets = Object.fromEntries(fields.filter(([name]) => names.includes(name)));
      const sealed = await sealSecrets(this.keyring, tenantId, id, secrets);
      const definition = { tenantId, connectorId: id, kind: body.kind, config, secrets: sealed, secretNames: Object.keys(secrets).sort(), actor, now };
      if (!(await claimConnectorId(unit, definition))) throw problem(409, 'connector_id_taken', 'This id stands for another connector; choose another one.');
      await saveConnector(unit, definition);
      await dropPulls(unit, tenantId, id);
      await this.#wake(unit, tenantId, id, body.kind, { ...config, ...secrets });
      unit.announce(auditMessage(caller, 'connector.put', `connector:${id}`, { after: { kind: body.kind, ...config } }, now));
    });
  }

  async delete(caller: CallerIdentity, id: string): Promise<void> {
    const { tenantId } = caller;
    await this.database.run([tenantId], async (unit) => {
      if (!(await deleteConnector(unit, tenantId, id))) throw notFound();
      await dropPulls(unit, tenantId, id);
      await dropPulledScans(unit, tenantId, id);
      for (const kind of [CONNECTOR_SYNC, CONNECTOR_PULL]) await cancelDue(unit, kind, [id]);
      unit.announce(auditMessage(caller, 'connector.delete', `connector:${id}`, {}, this.clock.now()));
    });
  }

  /** Loads now. A pull that is under way goes on as it is: what it waits for is not ours to cut short. */
  async sync(caller: CallerIdentity, id: string): Promise<'queued' | 'running'> {
    const { tenantId } = caller;
    const { row, progress: { pull, dueAt } } = await this.find(tenantId, id);
    const secrets = await openSecrets(this.keyring, row);
    return this.database.run([tenantId], async (unit) => {
      if (pull !== undefined && pull.failures === 0 && !pull.settled && dueAt !== undefined) return 'running';
      if (await this.#wake(unit, tenantId, id, row.kind, { ...row.config, ...secrets })) return 'queued';
      throw problem(409, 'nothing_to_pull', `This ${row.kind} connector only takes webhooks: nothing in it says how to ask the other system.`);
    });
  }

  /** False: the connector is only listened to. */
  async #wake(unit: Unit, tenantId: TenantId, id: string, kind: string, config: Secrets): Promise<boolean> {
    const definition = entryOf(this.registry.pulls, kind);
    const pulled = isFeed(kind) ? CONNECTOR_SYNC : definition !== undefined && (definition.canPull?.(config) ?? true) ? CONNECTOR_PULL : undefined;
    if (pulled === undefined) await cancelDue(unit, CONNECTOR_PULL, [id]);
    else await scheduleDue(unit, { kind: pulled, key: id, tenantId, dueAt: this.clock.now() });
    return pulled !== undefined;
  }

  /** Secrets that are not given stay as they are. */
  async #keptSecrets(before: ConnectorRow | undefined, given: unknown): Promise<Kept> {
    if (before === undefined || !isObject(given) || before.kind !== given['kind']) return { secrets: {}, config: {} };
    const kept = Object.entries(await openSecrets(this.keyring, before)).filter(([name]) => !Object.hasOwn(given, name));
    return { secrets: Object.fromEntries(kept), config: before.config };
  }

  /** Refuses what the guard would refuse later, and an address that a secret was not given for: whoever sets the one may not know the other. */
  #checkAddresses(tenantId: TenantId, body: Body, kept: Kept): void {
    const addresses = addressFieldsOf(this.registry, body.kind).flatMap((name) => (typeof body[name] === 'string' ? [{ name, url: body[name] }] : []));
    const sent = Object.keys(kept.secrets).filter((name) => name !== 'webhookSecret');
    const way = this.outbound.forConnector(tenantId, addresses.map(({ url }) => url));
    for (const { name, url } of addresses) {
      if (sent.length > 0 && kept.config[name] !== url) throw problem(400, 'secrets_needed', `${name} changed: give ${sent.join(', ')} again, since they would be sent there.`);
      try {
        way.check(url);
      } catch (error) {
        if (!(error instanceof AddressRefused)) throw error;
        throw problem(400, 'address_refused', `${name}: ${error.message}.`);
      }
    }
  }

  #parse(given: unknown): Body {
    const kind = isObject(given) ? given['kind'] : undefined;
    const body = typeof kind === 'string' ? entryOf(this.#bodies, kind) : undefined;
    if (body === undefined) throw problem(400, 'unknown_kind', `There is no connector of the kind ${String(kind).slice(0, 40)} in this version; there are ${Object.keys(this.#bodies).join(', ')}.`);
    const parsed = body.safeParse(given);
    if (parsed.success) return parsed.data as Body;
    const errors = parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
    throw problem(400, 'invalid_body', `${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`, { errors });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const notFound = () => problem(404, 'connector_not_found', 'No connector has this id.');
