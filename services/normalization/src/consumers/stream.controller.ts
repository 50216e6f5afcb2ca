import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { TOPICS, type ScanReceived } from '@throughline/contracts';
import type { Outcome } from '@throughline/stream';
import type { StreamBatch } from '@throughline/stream/nest';
import { LANE_GATE, READING } from '../tokens.js';
import type { LaneGate } from './lane-gate.js';
import type { ReadingDeps } from './read-scan.js';
import { handleScanReceived } from './scan-received.handler.js';

/** The two lanes of received reports. */
@Controller()
export class StreamController {
  constructor(@Inject(READING) private readonly deps: ReadingDeps, @Inject(LANE_GATE) private readonly gate: LaneGate) {}

  @EventPattern(TOPICS.scanReceived)
  received(batch: StreamBatch<ScanReceived>): Promise<Outcome | readonly Outcome[]> {
    return this.gate.during(TOPICS.scanReceived, () => this.#read(batch));
  }

  @EventPattern(TOPICS.scanReceivedBulk)
  receivedBulk(batch: StreamBatch<ScanReceived>): Promise<Outcome | readonly Outcome[]> {
    return this.gate.during(TOPICS.scanReceivedBulk, () => this.#read(batch));
  }

  #read({ records, unit, context }: StreamBatch<ScanReceived>): Promise<Outcome | readonly Outcome[]> {
    return handleScanReceived(records, unit, context, this.deps);
  }
}
