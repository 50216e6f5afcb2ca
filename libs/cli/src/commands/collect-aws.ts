import { awsConfig, callerAccount, collectAws, plannedAwsCalls, type AwsConfig, type CollectOptions } from '@throughline/connectors';
import type { Command, Input } from '../command.js';
import { EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { progress } from '../terminal.js';
import { allowed, COLLECT_OPTIONS, factsFile, writeFacts } from './collecting.js';

export const collectAwsCommand: Command = {
  words: ['collect', 'aws'],
  summary: 'Write what runs in AWS accounts and what leads in to a facts file, with your own read-only credentials.',
  options: {
    account: { value: 'ID[=ROLE]', help: 'Account, with the ARN of a role to assume where your credentials are of another one; several times for several. Without it: the account of your credentials.', multiple: true },
    region: { value: 'REGION', help: 'Region; several times for several. Without it: that of AWS_REGION or AWS_DEFAULT_REGION.', multiple: true },
    'external-id': { value: 'ID', help: 'External id of the roles.' },
    endpoint: { value: 'URL', help: 'Asks this address instead of AWS (an emulator).' },
    'registry-endpoint': { value: 'URL', help: 'Where the registries are reached.' },
    ...COLLECT_OPTIONS,
  },
  notes: ['Credentials come from where the AWS command line takes them (environment, profile, role of the machine), and are sent to AWS only.', 'Check yourself with: aws sts get-caller-identity. The policy ReadOnlyAccess of AWS is more than enough; --list-calls names the permission of each call.'],
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const calls = plannedAwsCalls().map(({ service, call, permission, costs }) => ({ call: `${service} ${call}`, why: `${permission}: ${costs}` }));
  const config = input.flag('list-calls') ? undefined : configOf(input, io);
  if (!await allowed(io, input, calls) || config === undefined) return EXIT.ok;
  const bar = progress(io.stderr);
  const options: CollectOptions = { context: { clock: io.clock }, onCall: ({ service, call }, { account, region }) => bar.show(`${account} ${region} ${service} ${call}`) };
  const named = config.accounts[0]?.id !== UNNAMED;
  const collected = await collectAws(named ? config : { ...config, accounts: [{ id: await callerAccount(config, config.regions[0] ?? '', options) }] }, options);
  bar.clear();
  return writeFacts(io, input, factsFile(collected.requests, collected.gaps, io.clock.now()));
}

/** Stands for the account of whoever calls, which AWS is asked for only once calls may be made. */
const UNNAMED = '000000000000';

function configOf(input: Input, io: Io): AwsConfig {
  const given = input.texts('account').map((text) => ({ id: text.split('=')[0] ?? '', ...(text.includes('=') && { roleArn: text.slice(text.indexOf('=') + 1) }) }));
  const accounts = given.length === 0 ? [{ id: UNNAMED }] : given;
  const here = io.variables['AWS_REGION'] || io.variables['AWS_DEFAULT_REGION'];
  const regions = input.texts('region').length === 0 && here ? [here] : input.texts('region');
  const [externalId, endpoint, registryEndpoint] = [input.text('external-id'), input.text('endpoint'), input.text('registry-endpoint')];
  const parsed = awsConfig.safeParse({ accounts, regions, ...(externalId && { externalId }), ...(endpoint && { endpoint }), ...(registryEndpoint && { registryEndpoint }) });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`, 'It needs --region eu-central-1 at least, or AWS_REGION.');
}
