import type { JsonObject } from '@throughline/connectors/api';
import { securityHubScan } from '../map/findings.js';
import type { Scope } from '../scope.js';

const FINDINGS = 100;
/** Security Hub answers three times a second: that is what fits into a page's time. */
const MAX_PAGES = 50;

/** What Security Hub holds of an account and region, but for Inspector's findings and for controls that are passed. */
export const securityHubScope: Scope = {
  name: 'securityhub',
  findings: 'securityhub',
  async step(context) {
    const hub = await context.client('securityhub');
    const findings: JsonObject[] = [];
    let token: string | undefined;
    let page = 0;
    do {
      const answer = await hub.getFindings({
        MaxResults: FINDINGS, ...(token !== undefined && { NextToken: token }),
        Filters: {
          AwsAccountId: [{ Comparison: 'EQUALS', Value: context.place.account }], Region: [{ Comparison: 'EQUALS', Value: context.place.region }], RecordState: [{ Comparison: 'EQUALS', Value: 'ACTIVE' }],
          ProductName: [{ Comparison: 'NOT_EQUALS', Value: 'Inspector' }], ComplianceStatus: [{ Comparison: 'NOT_EQUALS', Value: 'PASSED' }],
        },
      });
      findings.push(...((answer.Findings ?? []) as unknown as JsonObject[]));
      token = answer.NextToken || undefined;
      page += 1;
    } while (token !== undefined && page < MAX_PAGES);
    const whole = token === undefined;
    if (!whole) context.gap({ code: 'too_many', reason: `Security Hub holds more than ${MAX_PAGES * FINDINGS} findings here; the rest was not read`, remedy: 'Mend or suppress what is settled: the report counts as partial until then.' });
    return { facts: [], scans: [securityHubScan(context.place, { findings, whole })] };
  },
};
