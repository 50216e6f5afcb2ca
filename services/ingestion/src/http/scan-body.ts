import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { problem } from '@throughline/service-kit';
import type { FastifyRequest } from 'fastify';
import { bodyOf, contentTypeOf } from './raw-body.js';

export interface ScanBody {
  readonly contentType: string;
  readonly fileName: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** The report in a request: the body itself, or the part `file` of a form. Throws problems for forms that are none. */
export async function scanBody(request: FastifyRequest): Promise<ScanBody> {
  const contentType = contentTypeOf(request);
  if (!/^multipart\/form-data\b/i.test(contentType)) return { contentType: contentType.slice(0, 200), fileName: '', bytes: bodyOf(request) };
  if (request.headers['content-encoding'] !== undefined) throw problem(415, 'unsupported_encoding', 'A form cannot be sent with Content-Encoding; pack the file in it instead.');
  return formFile(request, contentType);
}

function formFile(request: FastifyRequest, contentType: string): Promise<ScanBody> {
  return new Promise((resolve, reject) => {
    const form = newForm(contentType);
    let found = false;
    let failure: unknown;
    const fail = (error: unknown): void => {
      failure ??= error;
      request.raw.unpipe(form);
      reject(error);
    };
    form.on('field', (name) => fail(problem(400, 'unexpected_field', `The form takes one part, file; give ${name.slice(0, 60)} in the query.`)));
    form.on('file', (name, stream: BusboyFileStream, fileName, _encoding, partType) => {
      if (name !== 'file' || found) {
        stream.resume();
        return fail(problem(400, 'unexpected_field', 'The form takes exactly one part with a file, named file.'));
      }
      found = true;
      resolve({ contentType: partType.slice(0, 200), fileName: baseName(fileName ?? ''), bytes: untilEnd(stream, request, form, () => failure) });
    });
    form.on('error', (error: unknown) => fail(problem(400, 'malformed_form', error instanceof Error ? error.message.slice(0, 200) : 'The form cannot be read.')));
    form.on('finish', () => {
      if (!found) fail(problem(400, 'file_missing', 'The form has no part named file.'));
    });
    request.raw.on('aborted', () => form.destroy(new Error('the client went away')));
    request.raw.pipe(form);
  });
}

/** The part's bytes, then the wait for the rest of the form: what follows the file can still make it wrong. */
async function* untilEnd(stream: BusboyFileStream, request: FastifyRequest, form: BusboyInstance, failed: () => unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    if (!form.writableFinished && failed() === undefined) await new Promise((resolve) => { form.once('finish', resolve).once('error', resolve).once('close', resolve); });
    if (failed() !== undefined) throw failed();
  } finally {
    request.raw.unpipe(form);
    stream.resume();
  }
}

function newForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: { files: 2, fields: 1, fieldSize: 1024, parts: 3, headerPairs: 50 } });
  } catch (error) {
    throw problem(400, 'malformed_form', error instanceof Error ? error.message.slice(0, 200) : 'The form cannot be read.');
  }
}

/** Names are kept as text and as a hint for detection only. */
const baseName = (name: string): string => (name.split(/[/\\]/).at(-1) ?? '').replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 300);
