import { Module, type DynamicModule } from '@nestjs/common';
import { Authenticator } from './auth/authenticator.js';
import { AuditConsumer } from './consumers/audit.consumer.js';
import { AuditController } from './http/audit.controller.js';
import { TenantsController } from './http/tenants.controller.js';
import { TokensController } from './http/tokens.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OpenApiSource } from './openapi/source.js';

export interface GatewayProviders { readonly authenticator: Authenticator; readonly openApi: OpenApiSource }

@Module({})
export class GatewayModule {
  static with({ authenticator, openApi }: GatewayProviders): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [AuditConsumer, AuditController, OpenApiController, TenantsController, TokensController],
      providers: [{ provide: Authenticator, useValue: authenticator }, { provide: OpenApiSource, useValue: openApi }],
    };
  }
}

