/** Services that have a Postgres role and a Kafka principal. A new one is added here and nowhere else in this package. */
export const SERVICES = [
  'ingestion', 'normalization', 'dedup', 'chain-resolution', 'scoring', 'ticket-routing', 'analytics', 'gateway',
] as const;

export type ServiceName = (typeof SERVICES)[number];

export const KAFKA_ADMIN = 'admin';
export const POSTGRES_SUPERUSER = 'postgres';
export const POSTGRES_OWNER = 'throughline_owner';
export const DATABASE = 'throughline';

export const postgresRole = (service: string): string => `tl_${service.replaceAll('-', '_')}`;
