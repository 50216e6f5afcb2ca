import { readFile } from 'node:fs/promises';
import { parseImageReference } from '@throughline/domain';
import { Api } from '../api/client.js';
import type { FactsTaken } from '../api/answers.js';
import type { CiBuild } from '../ci/build.js';
import { detectBuild } from '../ci/detect.js';
import type { Command, Input } from '../command.js';
import { EXIT, usage, type ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import { print } from '../output.js';
import { readMetadata } from './buildx-metadata.js';

export const deployRecord: Command = {
  words: ['deploy', 'record'],
  summary: 'Record that an image runs as a service from now on.',
  options: {
    service: { value: 'SERVICE', help: 'ARN, cluster/namespace/name, or slug. Needed.' },
    environment: { value: 'SLUG', help: 'Where, for instance production. Needed.' },
    image: { value: 'REFERENCE', help: 'Image, for instance registry.example/pay:1.4; may hold its digest.' },
    digest: { value: 'sha256:…', help: 'Digest of what runs: tags move, digests do not.' },
    'metadata-file': { value: 'FILE', help: 'What `docker buildx build --metadata-file` wrote: digest and name.' },
    target: { value: 'NAME', help: 'Target in the metadata of `docker buildx bake`.' },
    build: { value: 'URL', help: 'Build that made it; taken from the CI system when absent.' },
    commit: { value: 'COMMIT', help: 'Commit that it was made of; taken from the CI system when absent.' },
    repository: { value: 'HOST/OWNER/NAME', help: 'Repository of a bare commit id.' },
    at: { value: 'TIME', help: 'Since when (RFC 3339); absent: now.' },
    'no-ci': { help: 'Take nothing from the environment of the CI system.' },
  },
  notes: ['A later record of the same service, environment and image name ends the one before. The digest is never looked up: a tag may have moved since.'],
  run,
};

async function run(input: Input, io: Io): Promise<ExitCode> {
  const build = input.flag('no-ci') ? undefined : detectBuild(io.variables);
  const metadata = input.text('metadata-file');
  const written = metadata === undefined ? undefined : readMetadata(await readFile(metadata, 'utf8').catch(() => { throw usage(`There is no file ${metadata}.`); }), input.text('target'));
  const image = input.text('image') ?? written?.image ?? '';
  const record = {
    image, digest: input.text('digest') ?? written?.digest ?? parseImageReference(image)?.digest ?? '', service: input.text('service') ?? '', environment: input.text('environment') ?? '',
    ...optional('build', input.text('build') ?? build?.build), ...optional('commit', commitOf(input, build)), at: timeOf(input.text('at'), io.clock.now()),
  };
  check(record);
  const taken = await new Api(io, input).post<FactsTaken>('v1/observations/deployments', record);
  print(io, input, { record, ...taken }, (paint) => `${paint.green(taken.repeated ? 'known already' : 'recorded')}: ${record.image} @ ${record.digest.slice(0, 19)}… runs as ${record.service} in ${record.environment} since ${record.at}\n`);
  if (taken.flags.some(({ code }) => code === 'clock_skew')) io.stderr.write('warning: the time lies in the future of the platform; is the clock of this machine right?\n');
  return EXIT.ok;
}

const optional = (name: string, value: string | undefined): Record<string, string> => (value ? { [name]: value } : {});

/** A bare id says nothing without its repository. */
function commitOf(input: Input, build: CiBuild | undefined): string | undefined {
  const given = input.text('commit');
  const commit = given ?? build?.commit;
  const repository = (input.text('repository') ?? build?.repository ?? '').replace(/^https?:\/\//, '').replace(/\.git$/, '');
  if (!commit || !/^[0-9a-f]{7,64}$/i.test(commit)) return commit;
  if (repository !== '') return `${repository}@${commit}`;
  if (given === undefined) return undefined;
  throw usage('A bare commit id needs --repository.', 'Give --repository github.com/acme/pay, or --commit github.com/acme/pay@<id>.');
}

function check({ image, digest, service, environment }: { readonly image: string; readonly digest: string; readonly service: string; readonly environment: string }): void {
  const missing = Object.entries({ service, environment, image }).filter(([, value]) => value === '').map(([name]) => `--${name}`);
  if (missing.length > 0) throw usage(`deploy record needs ${missing.join(', ')}.`);
  if (parseImageReference(image) === undefined) throw usage(`“${image}” is no image reference.`);
  if (!/^sha256:[0-9a-f]{64}$/i.test(digest)) {
    throw usage(digest === '' ? 'deploy record needs the digest of the image.' : `“${digest}” is no digest.`, 'Give --digest sha256:…, an --image with @sha256:…, or the --metadata-file of docker buildx.');
  }
}

function timeOf(text: string | undefined, now: Date): string {
  const time = text === undefined ? now.getTime() : Date.parse(text);
  if (Number.isNaN(time)) throw usage(`--at takes a time such as 2026-03-01T12:00:00Z, not “${text ?? ''}”.`);
  return new Date(time).toISOString();
}
