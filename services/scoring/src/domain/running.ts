import type { Exposure } from '@throughline/domain';
import type { ChainChanged, FindingChanged } from '@throughline/contracts';

/** From the widest to the least known no: an unknown way may be open, so it outweighs a proven none. */
const WIDTH: readonly Exposure[] = ['internet', 'limited', 'unknown', 'internal', 'none'];

/**
 * The context of a finding at the versions that have it (DESIGN §7): running versions that a complete scan showed without
 * the flaw do not count. The same object when there is none of them, which is the common case.
 */
export function contextOf(finding: Pick<FindingChanged, 'absentIn'>, context: ChainChanged | null): ChainChanged | null {
  if (context === null || finding.absentIn.length === 0) return context;
  const without = new Set(finding.absentIn);
  const running = context.running.filter((one) => !without.has(one.version) && !without.has(one.commit));
  if (running.length === context.running.length) return context;
  if (running.length === 0) return { ...context, running, deployed: 'no', exposure: 'none', exposurePath: [], environments: [] };
  const services = new Set(running.map((one) => one.service));
  const exposure = WIDTH.find((word) => running.some((one) => one.exposure === word)) ?? 'unknown';
  return {
    ...context, running, exposure, exposurePath: services.has(context.exposurePath[0] ?? '') ? context.exposurePath : [],
    environments: [...new Set(running.map((one) => one.environment))].filter((slug) => slug !== ''), services: context.services.filter((urn) => services.has(urn)),
  };
}
