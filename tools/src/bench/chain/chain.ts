import type { AwsAnswer, AwsCall } from '@throughline/testing';
import { startPlatform } from '../platform.js';
import type { BenchResult } from '../results.js';
import { apiAt } from './api.js';
import { buildFleet, measureChanges, measureFleet, measureSecondDay } from './measure.js';
import { planFleet } from './plan.js';
import { detailsOf, resultsOf } from './report.js';

const SERVICES = 200;
const CHANGES = 10;
const SEED = 'throughline';
/** Those that the chain is made by, and the gateway. */
const NEEDED = ['gateway', 'ingestion', 'chain-resolution'] as const;

const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

/**
 * Links, running images and exposure of a fleet with known truth, read by the real connectors over HTTP.
 * `--count=` and `--seed=` make another fleet, `--throttled` lets AWS refuse every tenth read, `--keep` leaves everything running at the end to look into.
 */
export async function chain(): Promise<readonly BenchResult[]> {
  const now = new Date();
  const plan = planFleet(option('seed') ?? SEED, Number(option('count') ?? SERVICES), now);
  const fleet = await buildFleet(plan, now);
  if (fleet === undefined) return [];
  try {
    say(`a fleet of ${plan.services.length} services and ${plan.repositories.length} repositories stands`);
    const platform = await startPlatform(NEEDED);
    const api = apiAt(platform.url, platform.token);
    try {
      if (process.argv.includes('--throttled')) fleet.aws.faults.push(everyTenth());
      const figures = await measureFleet(api, fleet, now, say);
      say(`${fleet.aws.calls.length} calls of AWS, ${fleet.github.calls.length} of GitHub\n${detailsOf(figures)}`);
      const changes = await measureChanges(api, fleet, CHANGES);
      say('\nthe second day');
      const after = await measureSecondDay(api, fleet, say);
      say(detailsOf(after));
      if (process.argv.includes('--keep')) await kept(platform.url, fleet.aws.url, fleet.github.url);
      return resultsOf(figures, changes, after);
    } finally {
      await platform.stop();
    }
  } finally {
    await fleet.stop();
  }
}

/** As AWS refuses a call that comes too soon; which calls it hits changes from run to run with their order. */
function everyTenth(): (call: AwsCall) => AwsAnswer | undefined {
  let calls = 0;
  return (call) => (/^(Describe|List|BatchGet|Get)/.test(call.action) && ++calls % 10 === 0 ? throttled(call) : undefined);
}

const throttled = ({ service }: AwsCall): AwsAnswer => (['ec2', 'elasticloadbalancing'].includes(service)
  ? { status: 400, headers: { 'content-type': 'text/xml' }, body: Buffer.from(service === 'ec2'
    ? '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>0</RequestID></Response>'
    : '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>0</RequestId></ErrorResponse>') }
  : { status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from('{"__type":"ThrottlingException","message":"Rate exceeded"}') });

/** Until it is interrupted. */
async function kept(...urls: readonly string[]): Promise<void> {
  say(`kept running: ${urls.join(' ')}`);
  await new Promise<void>((resolve) => { process.once('SIGINT', () => resolve()); });
}
