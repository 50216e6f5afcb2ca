import type { Unit } from '@throughline/stream';

export interface StoredActivation {
  readonly id: string;
  readonly kind: 'repository' | 'team' | 'application';
  readonly name: string;
  readonly reason: string;
  readonly activatedBy: string;
  readonly activatedAt: string;
}

interface Row {
  readonly activation_id: string;
  readonly kind: StoredActivation['kind'];
  readonly name: string;
  readonly reason: string;
  readonly activated_by: string;
  readonly activated_at: Date;
}

const COLUMNS = 'activation_id, kind, name, reason, activated_by, activated_at';
const toActivation = (row: Row): StoredActivation => ({
  id: row.activation_id, kind: row.kind, name: row.name, reason: row.reason, activatedBy: row.activated_by, activatedAt: row.activated_at.toISOString(),
});

/** The first activation of a thing stays: asking again answers with it. */
export async function activate(unit: Unit, tenant: string, activation: StoredActivation): Promise<{ readonly activation: StoredActivation; readonly created: boolean }> {
  const inserted = await unit.query<Row>(
    `insert into activations (tenant_id, activation_id, kind, name, reason, activated_by, activated_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, kind, name) do nothing returning ${COLUMNS}`,
    [tenant, activation.id, activation.kind, activation.name, activation.reason, activation.activatedBy, activation.activatedAt],
  );
  if (inserted[0]) return { activation: toActivation(inserted[0]), created: true };
  const known = await unit.query<Row>(`select ${COLUMNS} from activations where tenant_id = $1 and kind = $2 and name = $3`, [tenant, activation.kind, activation.name]);
  return { activation: known[0] ? toActivation(known[0]) : activation, created: false };
}

export async function activationById(unit: Unit, tenant: string, id: string): Promise<StoredActivation | undefined> {
  const rows = await unit.query<Row>(`select ${COLUMNS} from activations where tenant_id = $1 and activation_id = $2`, [tenant, id]);
  return rows[0] && toActivation(rows[0]);
}

export async function listActivations(unit: Unit, tenant: string, limit: number, after: string | null): Promise<readonly StoredActivation[]> {
  const rows = await unit.query<Row>(
    `select ${COLUMNS} from activations where tenant_id = $1 and ($3::uuid is null or activation_id < $3::uuid) order by activation_id desc limit $2`, [tenant, limit, after],
  );
  return rows.map(toActivation);
}
