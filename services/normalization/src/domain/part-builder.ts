import type { FindingDraft } from '@throughline/contracts';

export const MAX_PART_DRAFTS = 200;
export const MAX_PART_BYTES = 256 * 1024;

export interface Part {
  readonly ordinal: number;
  readonly drafts: readonly FindingDraft[];
  readonly bytes: number;
}

/**
 * Groups drafts into parts of at most 200 drafts or 256 KiB. Where a part ends depends on the drafts alone, so that the
 * same report gives the same ordinals after a crash.
 */
export class PartBuilder {
  #ordinal = 0;
  #drafts: FindingDraft[] = [];
  #bytes = 0;

  /** `bytes` is the draft's size on the wire, estimated from above. Returns the part that this draft closed before it. */
  add(draft: FindingDraft, bytes: number): Part | undefined {
    const full = this.#drafts.length >= MAX_PART_DRAFTS || (this.#drafts.length > 0 && this.#bytes + bytes > MAX_PART_BYTES);
    const part = full ? this.flush() : undefined;
    this.#drafts.push(draft);
    this.#bytes += bytes;
    return part;
  }

  /** The part in hand; undefined when it is empty. */
  flush(): Part | undefined {
    if (this.#drafts.length === 0) return undefined;
    const part = { ordinal: this.#ordinal, drafts: this.#drafts, bytes: this.#bytes };
    this.#ordinal += 1;
    this.#drafts = [];
    this.#bytes = 0;
    return part;
  }

  /** Parts that were closed. */
  get count(): number {
    return this.#ordinal;
  }
}
