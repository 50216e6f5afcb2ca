import { callSpec, type CallSpec } from './calls.js';
import { CallFailed, type FailureKind } from './failure.js';
import { openRegistry, RegistryUnreachable, type Registry, type RegistryAnswer, type RegistryOptions } from './registry.js';

/** The registry with the manners of the other clients: calls are listed and told, refusals have a class. */
export function registryOf(options: RegistryOptions, tell: (spec: CallSpec) => void): Registry {
  const raw = openRegistry(options);
  const call = (name: string, ask: () => Promise<RegistryAnswer>): Promise<RegistryAnswer> => checked(callSpec('ecr', name) as CallSpec, ask, tell);
  return {
    blob: (name, digest) => call('GetDownloadUrlForLayer', () => raw.blob(name, digest)),
    referrers: (name, digest) => call('ListImageReferrers', () => raw.referrers(name, digest)),
  };
}

async function checked(spec: CallSpec, ask: () => Promise<RegistryAnswer>, tell: (spec: CallSpec) => void): Promise<RegistryAnswer> {
  tell(spec);
  try {
    const answer = await ask();
    const refused = refusal(answer.status);
    if (refused !== undefined) throw new CallFailed(spec, refused, `HTTP ${answer.status}`, { cause: undefined });
    return answer;
  } catch (error) {
    if (error instanceof RegistryUnreachable) throw new CallFailed(spec, 'unreachable', 'RegistryUnreachable', { cause: error });
    throw error;
  }
}

function refusal(status: number): FailureKind | undefined {
  if (status === 401 || status === 403) return 'access_denied';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unreachable' : undefined;
}
