import { Controller, Get, Inject } from '@nestjs/common';
import { ApiZod } from '@throughline/service-kit';
import type { z } from 'zod';
import type { ReadingDeps } from '../consumers/read-scan.js';
import { READING } from '../tokens.js';
import { presentFormat } from './presenter.js';
import { formatsAnswer } from './schemas.js';

@Controller('/v1/formats')
export class FormatsController {
  constructor(@Inject(READING) private readonly deps: Pick<ReadingDeps, 'parsers'>) {}

  @Get()
  @ApiZod({ summary: 'Formats that can be read, how each was verified and how to produce it', responses: { 200: { description: 'All formats', schema: formatsAnswer } } })
  list(): z.infer<typeof formatsAnswer> {
    return { items: this.deps.parsers.map(presentFormat), next: null };
  }
}
