import { derivedId, TOPICS, type FindingObserved, type Problem, type ScanHeader, type ScanReceived } from '@throughline/contracts';
import type { TenantId } from '@throughline/domain';
import { draftBytes, type FindingDraft, type QuarantinedResult } from '@throughline/parsers/api';
import type { Unit } from '@throughline/persistence';
import type { BatchContext, OutgoingMessage } from '@throughline/stream';
import { PartBuilder, type Part } from '../domain/part-builder.js';
import { MAX_PROBLEMS, partOf } from '../domain/scan.js';
import { moveProgress } from '../persistence/progress.repository.js';
import { saveQuarantined, type QuarantineRow } from '../persistence/quarantine.repository.js';
import { Interrupted } from './rejection.js';

/** What a batch may hold in memory until its own transaction commits; beyond it, parts go out in transactions of their own. */
export const INLINE_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Shared by the scans of one batch. */
export interface InlineBudget {
  bytes: number;
}

export interface OutputContext {
  readonly scan: ScanReceived;
  readonly tenant: TenantId;
  readonly batch: BatchContext;
  readonly budget: InlineBudget;
  readonly now: () => Date;
  /** First part that is not out yet: above 0 when a crash interrupted this scan. */
  readonly resumeAt: number;
  /** The record that this follows from, for its trace. */
  readonly cause: { readonly headers: Readonly<Record<string, string>> };
}

/**
 * Collects the drafts of one scan into parts. A short scan stays in memory and goes out with its marker in the batch's
 * own transaction; a long one spills: chunks of parts in transactions of their own, each with its progress moved by
 * compare-and-set, so that a crash goes on at the next chunk with the same ordinals and the same event ids.
 */
export class ScanOutput {
  readonly #context: OutputContext;
  readonly #builder = new PartBuilder();
  #header: ScanHeader | undefined;
  #held: Part[] = [];
  #heldBytes = 0;
  #quarantine: QuarantineRow[] = [];
  #next: number;
  #spilled: boolean;
  observed = 0;
  quarantined = 0;
  readonly problems: Problem[] = [];

  constructor(context: OutputContext) {
    this.#context = context;
    this.#next = context.resumeAt;
    this.#spilled = context.resumeAt > 0;
  }

  begin(header: ScanHeader): void {
    this.#header = header;
  }

  async draft(draft: FindingDraft): Promise<void> {
    this.observed += 1;
    const part = this.#builder.add(draft, draftBytes(draft));
    if (part) await this.#take(part);
  }

  async quarantine(result: QuarantinedResult): Promise<void> {
    const { scan } = this.#context;
    this.quarantined += 1;
    this.#quarantine.push({
      id: derivedId(scan.scanId, 'quarantined', result.ordinal), tenantId: scan.tenantId, scanId: scan.scanId, ordinal: result.ordinal, format: this.#header?.format ?? '', tool: this.#header?.tool ?? '',
      position: result.position, code: result.code, message: result.message, excerpt: result.excerpt, createdAt: this.#context.now(),
    });
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ code: result.code, message: result.message, position: result.position });
    if (this.#quarantine.length >= 500) await this.#spill();
  }

  /** True when parts are out: the scan can no longer be rejected as if nothing had been read. */
  get spilled(): boolean {
    return this.#spilled;
  }

  get parts(): number {
    return this.#builder.count;
  }

  /** Writes what is still held into the batch's unit: with the marker, or not at all. */
  async finish(unit: Unit): Promise<void> {
    const last = this.#builder.flush();
    if (last) await this.#take(last);
    unit.announce(...this.#messages());
    await saveQuarantined(unit, this.#quarantine);
  }

  /** Forgets what is held: the report turned out to be no report. */
  discard(): void {
    this.#held = [];
    this.#quarantine = [];
  }

  async #take(part: Part): Promise<void> {
    if (this.#context.batch.stopping()) throw new Interrupted('stopping');
    if (part.ordinal < this.#next) return; // out already, before a crash
    this.#held.push(part);
    this.#heldBytes += part.bytes;
    this.#context.budget.bytes -= part.bytes;
    if (this.#context.budget.bytes < 0 && this.#heldBytes >= CHUNK_BYTES) await this.#spill();
  }

  async #spill(): Promise<void> {
    const { batch, tenant, scan, now } = this.#context;
    const next = this.#next + this.#held.length;
    const messages = this.#messages();
    const rows = this.#quarantine;
    const moved = await batch.checkpoint([tenant], async (unit) => {
      if (next > this.#next && !(await moveProgress(unit, scan, this.#next, next, now()))) return false;
      unit.announce(...messages);
      await saveQuarantined(unit, rows);
      return true;
    });
    if (!moved) throw new Interrupted('another worker is reading this scan');
    this.#context.budget.bytes += this.#heldBytes;
    this.#next = next;
    this.#held = [];
    this.#heldBytes = 0;
    this.#quarantine = [];
    this.#spilled ||= messages.length > 0;
  }

  #messages(): OutgoingMessage[] {
    const header = this.#header;
    return header === undefined ? [] : this.#held.map((part) => message(header, part.ordinal, partOf(header, part.ordinal, part.drafts), this.#context));
  }
}

function message(header: ScanHeader, ordinal: number, value: FindingObserved, context: OutputContext): OutgoingMessage {
  return {
    topic: TOPICS.findingObserved, key: [header.tenantId, header.target.asset], value, tenantId: context.tenant, cause: context.cause,
    eventId: derivedId(header.scanId, 'part', ordinal),
  };
}
