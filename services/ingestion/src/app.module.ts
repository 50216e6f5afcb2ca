import { Module, type DynamicModule } from '@nestjs/common';
import type { BlobStore } from '@throughline/blob-store';
import type { Keyring } from '@throughline/keyring';
import { ConnectorsController } from './connectors/connectors.controller.js';
import { ConnectorsService } from './connectors/connectors.service.js';
import { DeadLetterHandler } from './consumers/dead-letter.handler.js';
import { ScanCompletedHandler } from './consumers/scan-completed.handler.js';
import { ScanScoredHandler } from './consumers/scan-scored.handler.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { ScansController } from './http/scans.controller.js';
import { ObservationsController } from './observations/observations.controller.js';
import type { ConnectorRegistry } from './connectors/registry.js';
import type { Outbound } from './outbound/outbound.js';
import { BLOBS, CONNECTOR_REGISTRY, KEYRING, OUTBOUND } from './tokens.js';
import { Backlog } from './upload/backlog.js';
import { UploadService } from './upload/upload.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

export interface AppParts { readonly keyring: Keyring; readonly blobs: BlobStore; readonly outbound: Outbound; readonly registry: ConnectorRegistry }

/** Wiring only. */
@Module({})
export class AppModule {
  static with({ keyring, blobs, outbound, registry }: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        ScansController, ObservationsController, WebhooksController, ConnectorsController, DeadLettersController,
        ScanCompletedHandler, ScanScoredHandler, DeadLetterHandler,
      ],
      providers: [
        { provide: KEYRING, useValue: keyring }, { provide: BLOBS, useValue: blobs }, { provide: OUTBOUND, useValue: outbound },
        { provide: CONNECTOR_REGISTRY, useValue: registry }, Backlog, UploadService, ConnectorsService,
      ],
    };
  }
}
