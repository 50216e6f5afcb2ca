import { readFile } from 'node:fs/promises';
import { KUBERNETES_RESOURCES, kubernetesFacts, kubernetesRuleOf, readKubernetesObjects, type KubernetesResource, type PullGap } from '@throughline/connectors';
import type { Command, Input } from '../command.js';
import { CliError, EXIT, usage, type ExitCode } from '../errors.js';
import { readStdin, type Io } from '../io.js';
import { count } from '../render/lines.js';
import { progress } from '../terminal.js';
import { allowed, COLLECT_OPTIONS, factsFile, requestsOf, writeFacts, type PlannedCall } from './collecting.js';

type Objects = ReturnType<typeof readKubernetesObjects>;

export const collectKubernetes: Command = {
  words: ['collect', 'kubernetes'],
  summary: 'Write what runs in a cluster and what leads in to a facts file, with your own kubectl.',
  options: {
    cluster: { value: 'NAME', help: 'Name in service:<cluster>/<namespace>/<name>. Needed.' },
    from: { value: 'FILE', help: 'Output of `kubectl get … -o json` instead of calling kubectl; - is standard input.' },
    complete: { help: 'The file of --from holds all objects of the cluster: what it lacks is gone.' },
    context: { value: 'NAME', help: 'Context of kubectl.' },
    namespace: { value: 'NAME', help: 'Only this namespace; several times for several.', multiple: true },
    ...COLLECT_OPTIONS,
  },
  notes: ['Only lists are read, and never Secrets or ConfigMaps. Environment variables, volumes and commands of pods are dropped before anything is written.'],
  run,
};

interface Looked { readonly objects: Objects; readonly unread: readonly string[]; readonly gaps: readonly PullGap[]; readonly complete: boolean | undefined }

async function run(input: Input, io: Io): Promise<ExitCode> {
  const cluster = input.text('cluster') ?? '';
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(cluster)) throw usage('--cluster needs the name by which the cluster is known.', 'Use the name that your deployment records have: service <cluster>/<namespace>/<name>.');
  const from = input.text('from');
  if (from === undefined && !await allowed(io, input, plannedCalls(input))) return EXIT.ok;
  if (from !== undefined && input.text('out') === undefined) throw usage('Nothing says where the facts go.', 'Give --out facts.json.');
  const { objects, unread, gaps, complete } = from === undefined ? await called(io, input) : fromFile(from, await textOf(io, from), input.flag('complete'));
  const now = io.clock.now();
  const facts = kubernetesFacts(objects, { cluster, now, unread });
  const snapshot = complete === undefined ? undefined : { scope: 'cluster', complete };
  return writeFacts(io, input, factsFile(requestsOf(`kubernetes:${cluster}`, facts, snapshot, now), gaps, now));
}

const textOf = (io: Io, from: string): Promise<string> => (from === '-' ? readStdin(io) : readFile(from, 'utf8').catch(() => { throw usage(`There is no file ${from}.`); }));

/** Kinds that a file does not show may be absent from the cluster or from the file: only the user knows. */
function fromFile(name: string, text: string, isWhole: boolean): Looked {
  const objects = readKubernetesObjects(parsed(name, text));
  if (objects.length === 0) throw usage(`${name} holds no objects of Kubernetes.`, `Make it with: kubectl get ${namesOf(KUBERNETES_RESOURCES).join(',')} -A -o json`);
  const shown = new Set(objects.map(({ kind }) => kind));
  return { objects, gaps: [], unread: isWhole ? [] : KUBERNETES_RESOURCES.map(({ kind }) => kind).filter((kind) => !shown.has(kind)), complete: isWhole ? true : undefined };
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${name} is not JSON.`, 'Use -o json.');
  }
}

const nameOf = ({ plural, group }: KubernetesResource): string => (group === '' ? plural : `${plural}.${group}`);
const namesOf = (resources: readonly KubernetesResource[]): readonly string[] => resources.map(nameOf);

const contextOf = (input: Input): readonly string[] => { const context = input.text('context'); return context === undefined ? [] : ['--context', context]; };
const KNOWN = ['api-resources', '--verbs=list', '-o', 'name'];

/** Where a kind is listed: everywhere, in each of the namespaces that are named, or in the cluster. */
function listings(resource: KubernetesResource, input: Input): readonly (readonly string[])[] {
  const get = ['get', nameOf(resource), '-o', 'json', ...contextOf(input)];
  const namespaces = input.texts('namespace');
  if (!resource.namespaced) return [get];
  return namespaces.length === 0 ? [[...get, '--all-namespaces']] : namespaces.map((namespace) => [...get, '--namespace', namespace]);
}

function plannedCalls(input: Input): readonly PlannedCall[] {
  return [
    { call: ['kubectl', ...KNOWN, ...contextOf(input)].join(' '), why: 'which kinds the cluster has' },
    ...KUBERNETES_RESOURCES.flatMap((resource) => listings(resource, input).map((args) => ({ call: `kubectl ${args.join(' ')}`, why: resource.costs }))),
  ];
}

async function called(io: Io, input: Input): Promise<Looked> {
  const known = await kubectl(io, [...KNOWN, ...contextOf(input)]);
  if (known.code !== 0) throw new CliError(EXIT.unavailable, `kubectl does not reach the cluster: ${firstLine(known.stderr)}`, 'Does `kubectl get namespaces` work? Choose the cluster with --context.');
  const served = new Set(known.stdout.split('\n').map((line) => line.trim()));
  const [objects, unread, gaps] = [[] as Objects, new Set<string>(), [] as PullGap[]];
  const bar = progress(io.stderr);
  for (const resource of KUBERNETES_RESOURCES.filter((one) => served.has(nameOf(one)))) {
    bar.show(`reading ${resource.plural}`);
    for (const args of listings(resource, input)) {
      const answer = await kubectl(io, args);
      if (answer.code === 0) objects.push(...readKubernetesObjects(parsed(`kubectl ${args.join(' ')}`, answer.stdout)));
      else {
        unread.add(resource.kind);
        gaps.push({ scope: 'cluster', code: 'access_denied', reason: `the list of ${resource.plural} was refused (${firstLine(answer.stderr)}): ${resource.costs} is not known`, remedy: `ask for a role with ${kubernetesRuleOf(resource)}` });
      }
    }
  }
  bar.clear();
  io.stderr.write(`${count(objects.length, 'object')} read\n`);
  return { objects, unread: [...unread], gaps, complete: input.texts('namespace').length > 0 ? undefined : unread.size === 0 };
}

const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 300);

async function kubectl(io: Io, args: readonly string[]): ReturnType<Io['execute']> {
  try {
    return await io.execute('kubectl', args);
  } catch {
    throw usage('There is no kubectl on this machine.', 'Install it, or give its output with --from.');
  }
}
