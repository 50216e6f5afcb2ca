import type { FindingClass } from '@throughline/domain';
import type { Parser } from '@throughline/parsers';
import type { z } from 'zod';
import type { ListedQuarantine } from '../persistence/quarantine.repository.js';
import type { formatsAnswer, quarantineAnswer } from './schemas.js';

export function presentFormat(parser: Parser): z.infer<typeof formatsAnswer>['items'][number] {
  return {
    id: parser.id, name: parser.name, tool: parser.tool, class: parser.classes[0] as FindingClass, classes: [...parser.classes], syntax: [...parser.syntax], versions: [...parser.versions],
    verified: parser.verified.map((one) => ({ ...one })), severities: { ...parser.severityMap }, identity: { version: parser.identityRecipe.version, keys: [...parser.identityRecipe.keys] }, produce: parser.produce,
  };
}

export function presentQuarantined({ scanId, ...row }: ListedQuarantine): z.infer<typeof quarantineAnswer>['items'][number] {
  return { ...row, scan: scanId };
}
