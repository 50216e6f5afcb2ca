import { z } from 'zod';

const labelNames = z.array(z.string().min(1).max(317)).max(10);

/** Configuration of the connector, without `kind` and `schedule`, which ingestion adds. */
export const kubernetesConfig = z.strictObject({
  server: z.url({ protocol: /^https?$/ }).max(2000).describe('Address of the API server.'),
  caPem: z.string().max(100_000).regex(/-----BEGIN CERTIFICATE-----/, 'a certificate in PEM').optional().describe('Certificate that the API server is checked against; absent: the public ones.'),
  token: z.string().min(1).max(10_000).optional().describe('Token of a service account with the role of doc.md. Write-only.'),
  cluster: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dots, dashes, underscores').describe('Name of the cluster in service:<cluster>/<namespace>/<name>.'),
  namespaces: z.array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a namespace')).min(1).max(1000).optional().describe('Only these; then Roles in them are enough. Absent: all.'),
  labels: z.strictObject({ team: labelNames.optional(), application: labelNames.optional(), environment: labelNames.optional() }).optional().describe('Labels or annotations that name team, application and environment.'),
});
export type KubernetesConfig = z.infer<typeof kubernetesConfig>;
