import { systemClock } from '@throughline/domain';
import { cachingSigner, createTokenSigner, openApiOf, runService, type ServiceDefinition } from '@throughline/service-kit';
import { readFile } from 'node:fs/promises';
import type { INestApplication } from '@nestjs/common';
import { GatewayModule } from './app.module.js';
import { Authenticator } from './auth/authenticator.js';
import { readConfig, type GatewayConfig } from './config.js';
import { installConsole } from './console/static.js';
import { ensureFirstTenant } from './first-tenant.js';
import { installOwnRoutes } from './proxy/own-routes.js';
import { OpenApiSource } from './openapi/source.js';
import { Forwarder } from './proxy/forwarder.js';
import { installProxy } from './proxy/proxy.hook.js';

const config = readConfig();
const sign = cachingSigner(await createTokenSigner(await readFile(config.INTERNAL_TOKEN_PRIVATE_KEY_FILE, 'utf8')));
const forwarder = new Forwarder(config.SERVICE_URLS);
let application: INestApplication | undefined;
const openApi = new OpenApiSource(config.SERVICE_URLS, () => (application ? openApiOf(application, 'gateway') : {}), systemClock);

let authenticator: Authenticator | undefined;
const definition: ServiceDefinition<GatewayConfig> = {
  name: 'gateway',
  config,
  module: (parts) => GatewayModule.with({ authenticator: authenticator ??= new Authenticator(parts.database, systemClock), openApi }),
  http: async (fastify, parts) => {
    authenticator ??= new Authenticator(parts.database, systemClock);
    installProxy(fastify, { authenticator, sign, forwarder, logger: parts.logger });
    installOwnRoutes(fastify, { authenticator, sign, logger: parts.logger });
    await installConsole(fastify, config.CONSOLE_DIR);
  },
  start: async (parts, app) => {
    application = app;
    await ensureFirstTenant(parts.database, systemClock, config.ADMIN_TOKEN_FILE);
    return () => forwarder.close();
  },
};

await runService(definition);
