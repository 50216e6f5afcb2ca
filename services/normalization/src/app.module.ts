import { Module, type DynamicModule } from '@nestjs/common';
import type { LaneGate } from './consumers/lane-gate.js';
import type { ReadingDeps } from './consumers/read-scan.js';
import { StreamController } from './consumers/stream.controller.js';
import { FormatsController } from './http/formats.controller.js';
import { QuarantineController } from './http/quarantine.controller.js';
import { LANE_GATE, READING } from './tokens.js';

/** Wiring only. */
@Module({})
export class AppModule {
  static with(deps: ReadingDeps, gate: LaneGate): DynamicModule {
    return {
      module: AppModule,
      controllers: [StreamController, FormatsController, QuarantineController],
      providers: [{ provide: READING, useValue: deps }, { provide: LANE_GATE, useValue: gate }],
    };
  }
}
