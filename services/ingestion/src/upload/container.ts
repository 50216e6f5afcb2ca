import { archiveLimit, atMost, type UploadLimits } from './limits.js';
import { gunzip } from './gunzip.js';
import { unzip, unzipFiles } from './unzip.js';

export type Packing = 'plain' | 'gzip' | 'zip';

export interface ContainerOptions {
  readonly limits: UploadLimits;
  /** Folder for spooled archives. */
  readonly spoolDir: string;
  /** `Content-Encoding: gzip`: packing of the transport, apart from what the file itself is. */
  readonly transportGzip: boolean;
  /** All JSON files of a zip one after another, instead of the only report. */
  readonly everyFile?: boolean;
}

/** The report's own bytes: transport packing and one layer of file packing taken off, told by magic bytes and not by name. */
export async function* unpacked(source: AsyncIterable<Uint8Array>, options: ContainerOptions): AsyncGenerator<Uint8Array> {
  const { limits } = options;
  const sent = atMost(source, limits.maxBytes);
  const outer = await sniff(options.transportGzip ? gunzip(sent, limits) : sent);
  const inner = await sniff(open(outer, options));
  if (outer.packing !== 'plain' && inner.packing !== 'plain') {
    await inner.close();
    throw archiveLimit('the archive holds another archive', 0);
  }
  yield* inner.bytes();
}

function open(sniffed: Sniffed, { limits, spoolDir, everyFile }: ContainerOptions): AsyncIterable<Uint8Array> {
  if (sniffed.packing === 'gzip') return gunzip(sniffed.bytes(), limits);
  if (sniffed.packing === 'plain') return sniffed.bytes();
  return everyFile === true ? unzipFiles(sniffed.bytes(), spoolDir, limits) : unzip(sniffed.bytes(), spoolDir, limits);
}

interface Sniffed {
  readonly packing: Packing;
  bytes(): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

async function sniff(source: AsyncIterable<Uint8Array>): Promise<Sniffed> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let over = false;
  while (head.length < 4 && !over) {
    const step = await iterator.next();
    if (step.done === true) over = true;
    else head = head.length === 0 ? step.value : Buffer.concat([head, step.value]);
  }
  const close = async (): Promise<void> => { await iterator.return?.(); };
  return {
    packing: packingOf(head),
    close,
    async *bytes() {
      try {
        if (head.length > 0) yield head;
        for (let step = over ? undefined : await iterator.next(); step !== undefined && step.done !== true; step = await iterator.next()) yield step.value;
      } finally {
        await close();
      }
    },
  };
}

function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 0x03 || head[2] === 0x05)) return 'zip';
  return 'plain';
}
