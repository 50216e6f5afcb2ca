import type { Exposure, Urn } from '@throughline/domain';
import { endpointsOf } from './context.js';
import type { ServiceState } from './service-state.js';

/** What a list of exposed services says of one: who reaches it, by which way, what runs there and whose it is. */
export interface ExposedService {
  readonly service: Urn;
  readonly exposure: Exposure;
  readonly audience: readonly string[];
  readonly reasons: readonly string[];
  /** Refining facts that nobody observed; they could only lower the answer. */
  readonly assumed: readonly string[];
  readonly path: readonly Urn[];
  readonly endpoints: readonly Urn[];
  readonly image: Urn | null;
  readonly images: readonly Urn[];
  readonly commit: Urn | null;
  readonly repository: Urn | null;
  readonly team: string | null;
  readonly application: string | null;
  readonly applications: readonly string[];
  readonly environments: readonly string[];
  readonly criticality: string;
}

export function exposedService(state: ServiceState): ExposedService {
  const running = state.running.filter((item) => !item.candidate).sort((a, b) => b.confidence - a.confidence || (a.image < b.image ? -1 : 1));
  const code = running.find((item) => item.repository !== '');
  const { exposure, audience, reasons, assumed, path } = state.exposure;
  return {
    service: state.service, exposure, audience, reasons, assumed, path, endpoints: endpointsOf(state),
    image: running[0]?.image ?? null, images: [...new Set(running.map((item) => item.image))],
    commit: running.find((item) => item.commit !== '')?.commit || null, repository: (code?.subPath || code?.repository || state.mapped[0]) ?? null,
    team: state.owners.find((owner) => owner.team !== '')?.team ?? null,
    application: state.applications[0] ?? null, applications: state.applications, environments: state.environments, criticality: state.criticality,
  };
}
