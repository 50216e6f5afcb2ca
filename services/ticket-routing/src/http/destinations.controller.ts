import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import type { Clock } from '@throughline/domain';
import type { Keyring } from '@throughline/keyring';
import { scheduleDue } from '@throughline/persistence';
import { ApiZod, auditMessage, Caller, CLOCK, DATABASE, problem, Roles, zodBody, type Caller as CallerType } from '@throughline/service-kit';
import type { StateStore } from '@throughline/stream';
import { addressOf, destinationConfig, DestinationError, withoutSecrets, type SafeHttp } from '@throughline/ticketing';
import { z } from 'zod';
import { SYNC } from '../consumers/risk-changed.handler.js';
import { deleteDestination, destinationOf, destinationsOf, saveDestination, type StoredDestination } from '../persistence/config.repository.js';
import { ticketsOfDestination } from '../persistence/ticket.repository.js';
import { HTTP, KEYRING, sealContext } from '../tokens.js';
import { slugOf } from './slug.js';

const body = z.strictObject({ config: destinationConfig, reason: z.string().max(500).default('') });

/** Where tickets go. Secrets are write-only: they are sealed with the tenant's key and never shown again. */
@Controller('v1/destinations')
export class DestinationsController {
  constructor(@Inject(DATABASE) private readonly store: StateStore, @Inject(CLOCK) private readonly clock: Clock, @Inject(KEYRING) private readonly keyring: Keyring, @Inject(HTTP) private readonly http: SafeHttp) {}

  @Get()
  @ApiZod({ summary: 'Ticket destinations, without their secrets', responses: { 200: { description: 'All destinations' } } })
  async list(@Caller() caller: CallerType): Promise<object> {
    return { items: (await this.store.run([caller.tenantId], destinationsOf)).map(present), next: null };
  }

  @Get(':slug')
  @ApiZod({ summary: 'A destination', params: { slug: 'Its name' }, responses: { 200: { description: 'The destination' } } })
  async get(@Caller() caller: CallerType, @Param('slug') slug: string): Promise<object> {
    const found = await this.store.run([caller.tenantId], (unit) => destinationOf(unit, caller.tenantId, slug));
    if (!found) throw problem(404, 'destination_not_found', 'No destination has this name.');
    return present(found);
  }

  @Put(':slug')
  @Roles('admin')
  @ApiZod({ summary: 'Create or replace a destination', description: 'A parked destination becomes active and its waiting tickets are sent.', params: { slug: 'Its name' }, body, responses: { 200: { description: 'The destination' } } })
  async put(@Caller() caller: CallerType, @Param('slug') slugText: string, @Body(zodBody(body)) value: z.infer<typeof body>): Promise<object> {
    const slug = slugOf(slugText);
    this.#checkAddress(addressOf(value.config));
    const now = this.clock.now();
    const shown = withoutSecrets(value.config);
    const sealed = await this.keyring.seal(caller.tenantId, sealContext(slug), JSON.stringify(value.config));
    return this.store.run([caller.tenantId], async (unit) => {
      await saveDestination(unit, caller.tenantId, { slug, kind: value.config.kind, shown, sealed }, caller.actor, value.reason, now);
      const waiting = await ticketsOfDestination(unit, slug);
      await scheduleDue(unit, ...waiting.map((ticketId) => ({ kind: SYNC, key: `${caller.tenantId}:${ticketId}`, tenantId: caller.tenantId, dueAt: now, payload: { ticketId } })));
      unit.announce(auditMessage(caller, 'put.destination', slug, { reason: value.reason, after: shown }, now));
      const stored = await destinationOf(unit, caller.tenantId, slug);
      return stored ? present(stored) : {};
    });
  }

  @Delete(':slug')
  @HttpCode(204)
  @Roles('admin')
  @ApiZod({ summary: 'Delete a destination that no rule and no ticket uses', params: { slug: 'Its name' }, responses: { 204: { description: 'Deleted' } } })
  async remove(@Caller() caller: CallerType, @Param('slug') slug: string): Promise<void> {
    await this.store.run([caller.tenantId], async (unit) => {
      if (!(await destinationOf(unit, caller.tenantId, slug))) throw problem(404, 'destination_not_found', 'No destination has this name.');
      if (!(await deleteDestination(unit, slug))) throw problem(409, 'destination_in_use', 'A routing rule or a ticket still uses this destination; change the rules first.');
      unit.announce(auditMessage(caller, 'delete.destination', slug, {}, this.clock.now()));
    });
  }

  #checkAddress(url: string): void {
    try {
      this.http.check(url);
    } catch (error) {
      throw problem(400, 'address_refused', error instanceof DestinationError ? `config: ${error.message}` : 'config: the address cannot be used');
    }
  }
}

function present(destination: StoredDestination): object {
  const { slug, kind, shown, status, parkedReason, version, changedBy, reason, changedAt } = destination;
  return { slug, kind, config: shown, status, ...(parkedReason && { parkedReason }), version, changedBy, reason, changedAt };
}
