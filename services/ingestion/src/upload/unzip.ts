import { Readable } from 'node:stream';
import { fromRandomAccessReader, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { refuse, UploadRefused } from '../domain/refusal.js';
import { archiveGuard, archiveLimit, type UploadLimits } from './limits.js';
import { spool, type Spool } from './spool.js';

/** What file managers add on their own; never a report. */
const JUNK = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$)/;
const READ = 256 * 1024;

/**
 * The one report in a zip, unpacked while it streams; nothing is written under a name from the archive. The archive is
 * spooled first, since its directory, which alone can be trusted, is at its end. Several reports in one archive are
 * refused: each would need a receipt of its own, and a client that gets one id back could not know the others.
 */
export async function* unzip(source: AsyncIterable<Uint8Array>, dir: string, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  const file = await spool(dir, source);
  try {
    const zip = await openZip(file).catch(malformed);
    const entry = await onlyReport(zip, limits);
    const guard = archiveGuard(limits);
    let unpacked = 0;
    const stream = await openEntry(zip, entry).catch(malformed);
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        unpacked += chunk.length;
        guard(entry.compressedSize, unpacked);
        yield chunk;
      }
    } catch (error) {
      malformed(error);
    } finally {
      stream.destroy();
      zip.close();
    }
  } finally {
    await file.remove();
  }
}

/** Every JSON file of a zip, one after another, unpacked while they stream. */
export async function* unzipFiles(source: AsyncIterable<Uint8Array>, dir: string, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  const file = await spool(dir, source);
  try {
    const zip = await openZip(file).catch(malformed);
    const guard = archiveGuard(limits);
    let unpacked = 0;
    try {
      if (zip.entryCount > limits.maxEntries) throw archiveLimit(`the archive has more than ${limits.maxEntries} entries`, 0);
      for await (const entry of eachEntry(zip)) {
        if (!nameOf(entry).toLowerCase().endsWith('.json') || JUNK.test(nameOf(entry))) continue;
        for await (const chunk of (await openEntry(zip, entry)) as AsyncIterable<Buffer>) {
          unpacked += chunk.length;
          guard(file.bytes, unpacked);
          yield chunk;
        }
      }
    } catch (error) {
      malformed(error);
    } finally {
      zip.close();
    }
  } finally {
    await file.remove();
  }
}

/** Entries as the directory lists them, one asked for at a time: an export of advisories has hundreds of thousands. */
async function* eachEntry(zip: ZipFile): AsyncGenerator<Entry> {
  for (let read = 0; read < zip.entryCount; read += 1) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('entry', resolve).once('error', reject).readEntry();
    });
    zip.removeAllListeners('error');
  }
}

async function onlyReport(zip: ZipFile, limits: UploadLimits): Promise<Entry> {
  if (zip.entryCount > limits.maxEntries) throw archiveLimit(`the archive has more than ${limits.maxEntries} entries`, 0);
  const entries = (await readEntries(zip).catch(malformed)).filter((entry) => {
    const name = nameOf(entry);
    return !name.endsWith('/') && !JUNK.test(name);
  });
  const [entry] = entries;
  if (entry === undefined) throw refuse('empty_report', 'the archive holds no report', 'byte 0');
  if (entries.length > 1) {
    throw refuse('archive_several_reports', `the archive holds ${entries.length} files; upload each report by itself`, nameOf(entries[1] as Entry).slice(0, 200));
  }
  if ((entry.generalPurposeBitFlag & 1) === 1) throw refuse('archive_encrypted', 'the archive is encrypted; upload it without a password', 'byte 0');
  return entry;
}

/** Only ever text in a message: entry names are not used as paths. */
const nameOf = (entry: Entry): string => Buffer.from(entry.fileName as unknown as Uint8Array).toString('utf8');

class SpoolReader extends RandomAccessReader {
  constructor(private readonly file: Spool) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { file } = this;
    return Readable.from((async function* () {
      for (let at = start; at < end; ) {
        const chunk = Buffer.alloc(Math.min(READ, end - at));
        const length = await file.read(chunk, at);
        if (length === 0) return;
        at += length;
        yield chunk.subarray(0, length);
      }
    })(), { objectMode: false });
  }
}

function openZip(file: Spool): Promise<ZipFile> {
  // Names stay bytes: the library would refuse an archive for a name that leaves its folder, which we never follow.
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(new SpoolReader(file), file.bytes, options, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

function readEntries(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    }).on('end', () => resolve(entries)).on('error', reject).readEntry();
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

/** The library says everything with plain errors: whatever is not ours is about the archive's bytes. */
function malformed(error: unknown): never {
  if (error instanceof UploadRefused) throw error;
  throw refuse('archive_malformed', `the zip archive cannot be read: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`, 'byte 0');
}
