import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { isUuid } from '@throughline/domain';
import type { Database } from '@throughline/persistence';
import { ApiZod, Caller, CONFIG, DATABASE, decodeCursor, page, problem, Roles, zodQuery, type CallerIdentity } from '@throughline/service-kit';
import type { FastifyRequest } from 'fastify';
import type { IngestionConfig } from '../config.js';
import { scanQuery, type ScanQuery } from '../domain/scan-query.js';
import { countUpload } from '../metrics.js';
import { findScan, listScans } from '../persistence/scan.repository.js';
import { Backlog } from '../upload/backlog.js';
import { tooLarge } from '../upload/limits.js';
import { UploadRejected, UploadService } from '../upload/upload.service.js';
import { scanBody } from './scan-body.js';
import { links, presentScan } from './scan.presenter.js';
import { acceptedScan, scanList, scanPage, scanReceipt, type ScanList } from './scan.schema.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

@Controller('v1/scans')
export class ScansController {
  constructor(
    @Inject(UploadService) private readonly uploads: UploadService,
    @Inject(Backlog) private readonly backlog: Backlog,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: IngestionConfig,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('ingest-only', 'developer', 'triager', 'admin')
  @ApiZod({
    summary: 'Upload a report', query: scanQuery,
    description: 'The body is the raw report of any content type, or a form with one part `file`. gzip and zip are unpacked. 202 means that it is stored durably. The query outranks what the report says of its target.',
    responses: { 202: { description: 'Stored; it is read next.', schema: acceptedScan }, 422: { description: 'Refused: code, position, and the id of the receipt.' }, 413: { description: 'Larger than the limit.' }, 503: { description: 'Nothing was taken; try again after Retry-After.' } },
  })
  async upload(@Caller() caller: CallerIdentity, @Query(zodQuery(scanQuery)) query: ScanQuery, @Req() request: FastifyRequest): Promise<object> {
    const idempotencyKey = headerOf(request, 'idempotency-key');
    if (idempotencyKey !== null && !IDEMPOTENCY_KEY.test(idempotencyKey)) throw problem(400, 'invalid_idempotency_key', 'Idempotency-Key takes 1 to 200 visible ASCII characters.');
    const encoding = (headerOf(request, 'content-encoding') ?? 'identity').toLowerCase();
    if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip') throw problem(415, 'unsupported_encoding', `Content-Encoding ${encoding.slice(0, 40)} is not taken; send gzip or none.`);
    await this.backlog.admit();
    return this.backlog.reading(() => this.#receive(caller, query, request, idempotencyKey, encoding !== 'identity'));
  }

  async #receive(caller: CallerIdentity, query: ScanQuery, request: FastifyRequest, idempotencyKey: string | null, transportGzip: boolean): Promise<object> {
    const { contentType, fileName, bytes } = await scanBody(request);
    const body = Number(request.headers['content-length'] ?? 0) > this.config.MAX_UPLOAD_BYTES + FORM_SLACK ? overLimit(this.config.MAX_UPLOAD_BYTES) : bytes;
    try {
      const { scanId, duplicateOf } = await this.uploads.receive({ tenantId: caller.tenantId, actor: caller.actor, query, idempotencyKey, contentType, fileName, transportGzip, body });
      countUpload(1, { result: duplicateOf === null ? 'accepted' : 'duplicate' });
      return { id: scanId, status: 'queued', ...(duplicateOf !== null && { duplicateOf }), links: links(scanId) };
    } catch (error) {
      if (!(error instanceof UploadRejected)) throw error;
      const { status, refusal } = error.refused;
      countUpload(1, { result: refusal.code });
      throw problem(status, refusal.code, refusal.message, { position: refusal.position, scan: error.scanId, links: links(error.scanId) }, { connection: 'close' });
    }
  }

  @Get()
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin', 'ingest-only')
  @ApiZod({ summary: 'List scans, newest first', query: scanList, responses: { 200: { description: 'Receipts.', schema: scanPage } } })
  async list(@Caller() caller: CallerIdentity, @Query(zodQuery(scanList)) query: ScanList): Promise<object> {
    const cursor = decodeCursor(query.cursor, 2);
    const before = cursor === undefined ? undefined : { receivedAt: asTime(cursor[0]), scanId: asUuid(cursor[1]) };
    const { status, tool, repository, application, commit, limit } = query;
    const rows = await this.database.run([caller.tenantId], (unit) => listScans(unit, caller.tenantId, { status, tool, repository, application, commit, before, limit }));
    const { items, next } = page(rows, limit, (row) => [row.received_at.toISOString(), row.scan_id]);
    return { items: items.map(presentScan), next };
  }

  @Get(':id')
  @Roles('viewer', 'developer', 'triager', 'approver', 'admin', 'ingest-only')
  @ApiZod({ summary: 'The receipt of a scan', params: { id: 'Scan id.' }, responses: { 200: { description: 'Receipt.', schema: scanReceipt }, 404: { description: 'No such scan.' } } })
  async one(@Caller() caller: CallerIdentity, @Param('id') id: string): Promise<object> {
    const row = isUuid(id) ? await this.database.run([caller.tenantId], (unit) => findScan(unit, caller.tenantId, id)) : undefined;
    if (row === undefined) throw problem(404, 'scan_not_found', 'No scan has this id.');
    return presentScan(row);
  }
}

/** What a form adds around its file. */
const FORM_SLACK = 64 * 1024;

/** The length says already that it is too large: refused at the first byte, with a receipt like any other. */
function overLimit(limit: number): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(tooLarge(limit)) }) };
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function asTime(value: string | number | null | undefined): string {
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
  throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
}

function asUuid(value: string | number | null | undefined): string {
  if (isUuid(value)) return value;
  throw problem(400, 'invalid_cursor', 'The cursor is not one that this list gave; start again without it.');
}
