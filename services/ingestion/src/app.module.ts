import { Module, type DynamicModule } from '@nestjs/common';
import type { BlobStore } from '@throughline/blob-store';
import type { Keyring } from '@throughline/keyring';
import { ScanCompletedHandler } from './consumers/scan-completed.handler.js';
import { ScanScoredHandler } from './consumers/scan-scored.handler.js';
import { ScansController } from './http/scans.controller.js';
import { BLOBS, KEYRING } from './tokens.js';
import { Backlog } from './upload/backlog.js';
import { UploadService } from './upload/upload.service.js';

/** Wiring only. */
@Module({})
export class AppModule {
  static with(keyring: Keyring, blobs: BlobStore): DynamicModule {
    return {
      module: AppModule,
      controllers: [ScansController, ScanCompletedHandler, ScanScoredHandler],
      providers: [{ provide: KEYRING, useValue: keyring }, { provide: BLOBS, useValue: blobs }, Backlog, UploadService],
    };
  }
}
