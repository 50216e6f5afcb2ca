import type { TenantId, Urn } from '@throughline/domain';
import type { Unit } from '@throughline/persistence';
import { digestOf } from '../domain/structure.js';
import type { ServiceState } from '../domain/service-state.js';

/** Images that may be claimed to be built from repositories, sub-paths or commits, or that are of image names. */
export async function imagesBuiltFrom(unit: Unit, tenant: TenantId, nodes: readonly Urn[], limit: number): Promise<Urn[]> {
  if (nodes.length === 0) return [];
  const rows = await unit.query<{ image: Urn }>(
    `select image from image_origins where tenant_id = $1 and repository = any($2::text[])
     union select image from image_origins where tenant_id = $1 and sub_path <> '' and sub_path = any($2::text[])
     union select image from image_origins where tenant_id = $1 and commit_urn <> '' and commit_urn = any($2::text[])
     union select image from image_origins where tenant_id = $1 and image_name = any($2::text[]) limit $3`,
    [tenant, [...nodes], limit], { name: 'images_built_from' },
  );
  return rows.map((row) => row.image);
}

/** Images whose label names one of the given ones as their base, in whichever registry. */
export async function imagesBasedOn(unit: Unit, tenant: TenantId, images: readonly Urn[], limit: number): Promise<Urn[]> {
  if (images.length === 0) return [];
  const rows = await unit.query<{ urn: Urn }>(
    `select urn from assets where tenant_id = $1 and kind = 'image' and attributes->'labels'->>'org.opencontainers.image.base.digest' = any($2::text[]) limit $3`,
    [tenant, [...new Set(images.map(digestOf))], limit], { name: 'images_based_on' },
  );
  return rows.map((row) => row.urn);
}

/** States of services that have any of the assets among their members, or are among them. */
export async function statesAround(unit: Unit, tenant: TenantId, nodes: readonly Urn[], limit: number): Promise<ServiceState[]> {
  if (nodes.length === 0) return [];
  const rows = await unit.query<{ body: ServiceState }>(
    `select body from service_states where tenant_id = $1 and service in (
       select service from service_members where tenant_id = $1 and member = any($2::text[])) order by service limit $3`,
    [tenant, [...new Set(nodes)], limit], { name: 'states_around' },
  );
  return rows.map((row) => row.body);
}
