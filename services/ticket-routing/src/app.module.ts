import { Module, type DynamicModule } from '@nestjs/common';
import type { Keyring } from '@throughline/keyring';
import type { SafeHttp } from '@throughline/ticketing';
import { RiskConsumer } from './consumers/risk.consumer.js';
import { DestinationsController } from './http/destinations.controller.js';
import { RoutingRulesController } from './http/routing-rules.controller.js';
import { TicketsController } from './http/tickets.controller.js';
import { HTTP, KEYRING } from './tokens.js';

@Module({})
export class TicketRoutingModule {
  static with(keyring: Keyring, http: SafeHttp): DynamicModule {
    return {
      module: TicketRoutingModule,
      controllers: [RiskConsumer, DestinationsController, RoutingRulesController, TicketsController],
      providers: [{ provide: KEYRING, useValue: keyring }, { provide: HTTP, useValue: http }],
    };
  }
}
