/** The five columns, the same in both directions. */
export const COLUMNS = [
  { id: 'code', label: 'Code' }, { id: 'build', label: 'Build' }, { id: 'image', label: 'Image' }, { id: 'runtime', label: 'Runtime' }, { id: 'exposure', label: 'Exposure' },
] as const;

const COLUMN_OF: Readonly<Record<string, number>> = {
  'repository': 0, 'commit': 0, 'pull-request': 0, 'team': 0, 'application': 0,
  'build': 1,
  'image-name': 2, 'image': 2, 'tag': 2,
  'task-definition': 3, 'service': 3, 'task': 3, 'cluster': 3, 'environment': 3, 'cloud-resource': 3,
  'target-group': 4, 'listener-rule': 4, 'listener': 4, 'load-balancer': 4, 'endpoint': 4, 'account': 3,
};

export function columnOf(kind: string): number {
  return COLUMN_OF[kind] ?? 3;
}

/** Kinds that are drawn; the others fold into the nearest of them and are listed in its panel. */
const PRIMARY = new Set(['repository', 'build', 'image', 'service', 'load-balancer', 'endpoint', 'team', 'cloud-resource']);
export const isPrimary = (kind: string): boolean => PRIMARY.has(kind);

/** Kinds that say where something belongs. A walk never passes through them: two services of a cluster are not one path. */
const CONTEXT = new Set(['team', 'application', 'environment', 'account', 'cluster']);
export const isContext = (kind: string): boolean => CONTEXT.has(kind);

const HOPS: readonly (readonly [RegExp, number])[] = [
  [/exposure|load.?balancer|listener|endpoint|routes|target/i, 4], [/runtime|service|runs|deploy|task/i, 3], [/build|produced|provenance|workflow/i, 1],
  [/image|tag|digest/i, 2], [/code|repo|commit|owner|source|team/i, 0],
];

/** The column in which a missing hop is drawn. */
export function columnOfHop(hop: string): number {
  const kind = hop === 'commit' || hop === 'owner' ? 0 : COLUMN_OF[hop];
  if (kind !== undefined) return kind;
  const target = /(?:→|->|\bto\b)\s*(.+)$/.exec(hop)?.[1] ?? hop;
  return HOPS.find(([pattern]) => pattern.test(target))?.[1] ?? HOPS.find(([pattern]) => pattern.test(hop))?.[1] ?? 1;
}
