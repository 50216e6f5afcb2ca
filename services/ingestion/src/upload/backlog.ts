import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@throughline/persistence';
import { CONFIG, DATABASE, problem } from '@throughline/service-kit';
import type { IngestionConfig } from '../config.js';
import { waitingBytes } from '../persistence/outbox-gauge.repository.js';

const LOOK_EVERY_MS = 500;

/** Says no to uploads while what was taken already cannot be passed on, instead of letting the database fill up. */
@Injectable()
export class Backlog {
  #looked = -Infinity;
  #bytes = 0;
  #reading = 0;

  constructor(@Inject(DATABASE) private readonly database: Database, @Inject(CONFIG) private readonly config: IngestionConfig) {}

  /** Throws 503 with Retry-After above the cap. */
  async admit(): Promise<void> {
    if (performance.now() - this.#looked > LOOK_EVERY_MS) {
      this.#bytes = await this.database.run([], waitingBytes);
      this.#looked = performance.now();
    }
    if (this.#bytes > this.config.OUTBOX_CAP_BYTES) {
      throw problem(503, 'backlog_full', 'Too much waits to be passed on to the broker; nothing was taken. Try again.', {}, { 'retry-after': '15' });
    }
  }

  /** Runs one upload; throws 503 when too many are being read already. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    if (this.#reading >= this.config.MAX_PARALLEL_UPLOADS) {
      throw problem(503, 'too_many_uploads', 'Too many uploads are being read; nothing was taken. Try again.', {}, { 'retry-after': '5' });
    }
    this.#reading += 1;
    try {
      return await work();
    } finally {
      this.#reading -= 1;
    }
  }
}
