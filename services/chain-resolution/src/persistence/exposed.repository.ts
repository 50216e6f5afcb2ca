import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import type { ServiceState } from '../domain/service-state.js';

export interface ExposedFilter {
  readonly exposure?: string | undefined;
  readonly environment?: string | undefined;
  readonly application?: string | undefined;
  readonly team?: string | undefined;
  /** Only services of these teams and of nobody; null: of all. */
  readonly visible: ReadonlySet<string> | null;
}

/** A page of the services that the internet reaches. Durable services are left out: their runtimes are the ones that are reached. */
export async function listExposed(unit: Unit, tenant: TenantId, filter: ExposedFilter, after: string, limit: number): Promise<ServiceState[]> {
  const rows = await unit.query<{ body: ServiceState }>(
    `select body from service_states where tenant_id = $1 and exposure in ('internet', 'limited') and service > $2
       and ($3::text is null or exposure = $3) and ($4::text is null or body->'environments' ? $4) and ($5::text is null or body->'applications' ? $5)
       and ($6::text is null or body->'owners'->0->>'team' = $6) and jsonb_array_length(body->'runtimes') = 0
       and ($8::text[] is null or jsonb_array_length(body->'owners') = 0 or exists (select from jsonb_array_elements(body->'owners') o where o->>'team' = any($8::text[])))
     order by service limit $7`,
    [tenant, after, filter.exposure ?? null, filter.environment ?? null, filter.application ?? null, filter.team ?? null, limit, filter.visible && [...filter.visible]], { name: 'exposed_list' },
  );
  return rows.map((row) => row.body);
}

/** Since when the present exposure of services holds. */
export async function exposedSince(unit: Unit, tenant: TenantId, services: readonly Urn[]): Promise<Map<Urn, Date>> {
  const rows = await unit.query<{ service: Urn; valid_from: Date }>(
    'select service, valid_from from exposure_periods where tenant_id = $1 and service = any($2::text[]) and valid_to is null', [tenant, [...services]], { name: 'exposed_since' },
  );
  return new Map(rows.map((row) => [row.service, row.valid_from]));
}
