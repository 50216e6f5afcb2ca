export interface RedriveArguments {
  readonly service: string;
  readonly dryRun: boolean;
  /** Only letters with this code, e.g. `undecodable`. */
  readonly code: string | undefined;
}

export const USAGE = 'usage: npm run redrive -- <service> [--code=<code>] [--send]\n  Lists how many dead letters of a service would be sent again to where they came from; --send sends them.';

/** Undefined for a call that is not of this form. Sending must be asked for: a look is the default. */
export function parseArguments(args: readonly string[], services: readonly string[]): RedriveArguments | undefined {
  const [service, ...rest] = args;
  if (service === undefined || !services.includes(service)) return undefined;
  const code = rest.find((arg) => arg.startsWith('--code='))?.slice('--code='.length);
  const known = rest.every((arg) => arg === '--send' || arg.startsWith('--code='));
  return known ? { service, code, dryRun: !rest.includes('--send') } : undefined;
}
