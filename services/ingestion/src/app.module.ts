import { Module, type DynamicModule } from '@nestjs/common';
import type { BlobStore } from '@throughline/blob-store';
import type { Keyring } from '@throughline/keyring';
import { ConnectorsController } from './connectors/connectors.controller.js';
import { DeadLetterHandler } from './consumers/dead-letter.handler.js';
import { ScanCompletedHandler } from './consumers/scan-completed.handler.js';
import { ScanScoredHandler } from './consumers/scan-scored.handler.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { ScansController } from './http/scans.controller.js';
import { ObservationsController } from './observations/observations.controller.js';
import { BLOBS, KEYRING } from './tokens.js';
import { Backlog } from './upload/backlog.js';
import { UploadService } from './upload/upload.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

/** Wiring only. */
@Module({})
export class AppModule {
  static with(keyring: Keyring, blobs: BlobStore): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        ScansController, ObservationsController, WebhooksController, ConnectorsController, DeadLettersController,
        ScanCompletedHandler, ScanScoredHandler, DeadLetterHandler,
      ],
      providers: [{ provide: KEYRING, useValue: keyring }, { provide: BLOBS, useValue: blobs }, Backlog, UploadService],
    };
  }
}
