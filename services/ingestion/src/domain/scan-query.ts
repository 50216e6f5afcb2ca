import { COVERAGES } from '@throughline/domain';
import { parseImageReference } from '@throughline/domain';
import { z } from 'zod';

const text = (max: number) => z.string().trim().max(max).regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');
const slug = z.string().trim().toLowerCase().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'a slug: letters, digits, dots, dashes, underscores');

/** `github.com/acme/pay` from whatever people paste: URL, ssh address, `.git`. */
const repository = text(300).transform((value, context) => {
  const name = value.replace(/^(https?|ssh|git):\/\//, '').replace(/^[^@/]+@/, '').replace(/^([^/:]+):(?!\d)/, '$1/').replace(/\.git$/, '').replace(/\/+$/, '').toLowerCase();
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?(\/(?!\.{1,2}(\/|$))[a-z0-9._~-]+)+$/.test(name)) return name;
  context.addIssue('a repository as host/owner/name, e.g. github.com/acme/pay');
  return z.NEVER;
});

const image = text(600).refine((value) => parseImageReference(value) !== undefined, 'an image reference such as registry/name:tag@sha256:…');

/** What an upload may say of itself; it outranks what the report says. */
export const scanQuery = z.strictObject({
  format: slug.optional().describe('Parser to use; detected when absent.'),
  tool: text(100).toLowerCase().optional().describe('Tool name.'),
  application: slug.optional().describe('Application slug; created when unknown.'),
  service: slug.optional().describe('Service slug; created when unknown.'),
  repository: repository.optional().describe('host/owner/name.'),
  branch: text(250).optional().describe('Branch.'),
  commit: z.string().trim().toLowerCase().regex(/^[0-9a-f]{7,64}$/, 'a commit id in hex').optional().describe('Commit id.'),
  path: text(500).transform((value) => value.replace(/^\/+|\/+$/g, '')).refine((value) => !value.split('/').includes('..'), 'a path inside the repository').optional().describe('Sub-path of a monorepo.'),
  image: image.optional().describe('Image reference, best with its digest.'),
  url: z.url({ protocol: /^https?$/ }).max(2000).optional().describe('Scanned address.'),
  account: text(200).optional().describe('Cloud account.'),
  environment: slug.optional().describe('Environment slug.'),
  category: text(200).optional().describe('Separates runs of one tool on one target.'),
  build: text(1000).optional().describe('URL or URN of the build.'),
  pullRequest: text(500).optional().describe('Number, URL or URN of the pull request.'),
  base: z.string().trim().toLowerCase().regex(/^[0-9a-f]{7,64}$/, 'a commit id in hex').optional().describe('Commit that a pull request is compared with.'),
  scannedAt: z.iso.datetime({ offset: true }).optional().describe('When the tool ran.'),
  coverage: z.enum(COVERAGES).optional().describe('What the scan looked at.'),
  fileName: text(300).optional().describe('Name of the file, as a hint for detection.'),
});

export type ScanQuery = z.infer<typeof scanQuery>;
