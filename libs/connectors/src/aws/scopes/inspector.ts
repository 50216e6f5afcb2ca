import type { FilterCriteria, Inspector2, StringFilter } from '@aws-sdk/client-inspector2';
import type { JsonObject } from '@throughline/connectors/api';
import { accountScan, imageOfResource, imageScan, type FoundList } from '../map/findings.js';
import type { Scope, ScopeContext } from '../scope.js';

interface State { readonly images?: readonly string[]; readonly token?: string | undefined }

const IMAGES = 50;
const FINDINGS = 100;
/** Pages of one list: five thousand findings. What lies beyond makes the report partial. */
const MAX_PAGES = 50;

const equals = (...values: readonly string[]): StringFilter[] => values.map((value) => ({ comparison: 'EQUALS', value }));

/** What Inspector found: a report for each image that it covers, and one for everything else in the place. */
export const inspectorScope: Scope = {
  name: 'inspector',
  findings: 'inspector',
  async step(context, given) {
    const state = given as State;
    const inspector = await context.client('inspector2');
    if (state.images !== undefined) {
      const [image, ...images] = state.images;
      if (image === undefined) return { facts: [], next: state.token === undefined ? { rest: true } : { token: state.token } };
      const found = await list(inspector, context, { ecrImageHash: equals(image.slice(image.indexOf('@') + 1)) });
      return { facts: [], scans: [imageScan(context.place, image, found)], next: { images, token: state.token } };
    }
    if ('rest' in given) return { facts: [], scans: [accountScan(context.place, await list(inspector, context, { resourceType: equals('AWS_EC2_INSTANCE', 'AWS_LAMBDA_FUNCTION') }))] };
    const page = await inspector.listCoverage({
      maxResults: IMAGES, filterCriteria: { accountId: [{ comparison: 'EQUALS', value: context.place.account }], resourceType: [{ comparison: 'EQUALS', value: 'AWS_ECR_CONTAINER_IMAGE' }] },
      ...(state.token !== undefined && { nextToken: state.token }),
    });
    const images = [...new Set((page.coveredResources ?? []).flatMap(({ resourceId }) => imageOfResource(resourceId) ?? []))];
    return { facts: [], next: { images, token: page.nextToken || undefined } };
  },
};

/** All findings of a kind that are not closed. Read in one step, since a part of a list is no report. */
async function list(inspector: Inspector2, context: ScopeContext, of: FilterCriteria): Promise<FoundList> {
  const findings: JsonObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await inspector.listFindings({
      maxResults: FINDINGS, filterCriteria: { ...of, awsAccountId: equals(context.place.account), findingStatus: equals('ACTIVE', 'SUPPRESSED') }, ...(token !== undefined && { nextToken: token }),
    });
    findings.push(...((answer.findings ?? []) as unknown as JsonObject[]));
    token = answer.nextToken || undefined;
    if (token === undefined) return { findings, whole: true };
  }
  context.gap({ code: 'too_many', reason: `Inspector holds more than ${MAX_PAGES * FINDINGS} findings of one kind here; the rest was not read`, remedy: 'Mend or suppress what is settled: the report counts as partial until then.' });
  return { findings, whole: false };
}
