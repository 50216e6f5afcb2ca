/** One field of a connector's form. `path` is where its value stands in the body (`credentials.accessKeyId`). */
export interface Field {
  readonly path: string; readonly label: string; readonly type: 'text' | 'area' | 'secret' | 'pem' | 'words' | 'rows'; readonly hint?: string; readonly placeholder?: string; readonly required?: boolean;
  /** Points the connector elsewhere: only an admin may set it. */
  readonly advanced?: boolean;
  /** Names of the parts of a row, in order. */
  readonly parts?: readonly string[];
}
export interface ConnectorForm { readonly kind: string; readonly name: string; readonly brings: string; readonly fields: readonly Field[] }
export type Values = Readonly<Record<string, string>>;

const schedule: Field = { path: 'schedule', label: 'How often', type: 'text', placeholder: '1h', hint: 'A number and m, h or d. Empty: as the kind does by default.' };
const webhookSecret: Field = { path: 'webhookSecret', label: 'Webhook secret', type: 'secret', hint: 'At least 16 characters; the same text goes into the sender.' };

export const FORMS: readonly ConnectorForm[] = [
  {
    kind: 'aws', name: 'AWS', brings: 'Images, running services, load balancers and security groups, read-only.',
    fields: [
      { path: 'accounts', label: 'Accounts', type: 'rows', parts: ['id', 'roleArn', 'name'], required: true, placeholder: '111122223333 arn:aws:iam::111122223333:role/throughline production', hint: 'A line each: account id, role to assume, name. Without a role the credentials below are the account\'s own.' },
      { path: 'regions', label: 'Regions', type: 'words', required: true, placeholder: 'eu-central-1 us-east-1' },
      { path: 'externalId', label: 'External id', type: 'text', hint: 'Stands in the trust policy of each role; one of its own for this connector.' },
      { path: 'credentials.accessKeyId', label: 'Access key id', type: 'secret', hint: 'Who assumes the roles. Empty: the identity that the platform runs as.' },
      { path: 'credentials.secretAccessKey', label: 'Secret access key', type: 'secret' }, { path: 'credentials.sessionToken', label: 'Session token', type: 'secret' },
      { ...webhookSecret, hint: 'For changes within seconds: the header x-throughline-secret of EventBridge\'s API destination. At least 16 characters.' },
      { path: 'findings', label: 'Findings of', type: 'words', placeholder: 'inspector securityhub', hint: 'Taken as scans. Empty: none.' }, schedule,
      { path: 'endpoint', label: 'Endpoint of every API', type: 'text', advanced: true, placeholder: 'https://…' }, { path: 'registryEndpoint', label: 'Endpoint of the registries', type: 'text', advanced: true, placeholder: 'https://…' },
    ],
  },
  {
    kind: 'github', name: 'GitHub', brings: 'Repositories, workflow runs, attestations, deployments, CODEOWNERS and alerts.',
    fields: [
      { path: 'appId', label: 'App id', type: 'text', placeholder: '123456', hint: 'Of the GitHub App; better than a token, as it may do less.' }, { path: 'privateKey', label: 'Private key of the App', type: 'pem', placeholder: '-----BEGIN RSA PRIVATE KEY-----' },
      { path: 'installations', label: 'Installations', type: 'rows', parts: ['#id', 'organization'], placeholder: '98765 acme', hint: 'A line each: id, organization. Empty: all that the App has.' },
      { path: 'token', label: 'Token', type: 'secret', hint: 'Instead of an App.' }, { path: 'organizations', label: 'Organizations', type: 'words', placeholder: 'acme', hint: 'Only these are read, and only their events are taken. Empty: all.' },
      webhookSecret, schedule, { path: 'baseUrl', label: 'Address of the REST API', type: 'text', advanced: true, placeholder: 'https://github.example/api/v3' },
    ],
  },
  {
    kind: 'gitlab', name: 'GitLab', brings: 'Projects, pipelines, deployments and the container registry.',
    fields: [
      { path: 'token', label: 'Access token', type: 'secret', hint: 'Of a group, project or person, with the scope read_api. Empty: only webhooks are taken.' },
      { path: 'groups', label: 'Groups', type: 'words', placeholder: 'acme/payments', hint: 'Only projects in these and their subgroups. Empty: all that the token may see.' },
      { ...webhookSecret, hint: 'Secret token of the webhook, at least 16 characters.' }, schedule,
      { path: 'baseUrl', label: 'Address of the GitLab instance', type: 'text', advanced: true, placeholder: 'https://gitlab.example' },
    ],
  },
  {
    kind: 'kubernetes', name: 'Kubernetes', brings: 'Workloads, Services, Ingresses and Gateways of one cluster, read-only.',
    fields: [
      { path: 'server', label: 'API server', type: 'text', required: true, placeholder: 'https://10.0.0.1:6443' }, { path: 'cluster', label: 'Cluster', type: 'text', required: true, placeholder: 'prod-eu', hint: 'Its name in service:<cluster>/<namespace>/<name>.' },
      { path: 'token', label: 'Service account token', type: 'secret' }, { path: 'caPem', label: 'Certificate of the API server', type: 'area', placeholder: '-----BEGIN CERTIFICATE-----', hint: 'Empty: the public authorities.' },
      { path: 'namespaces', label: 'Namespaces', type: 'words', hint: 'Only these; then Roles in them are enough. Empty: all.' }, schedule,
    ],
  },
];

export const formOf = (kind: string): ConnectorForm | undefined => FORMS.find((form) => form.kind === kind);

const SECRET = new Set(['secret', 'pem']);
export const isSecret = (field: Field): boolean => SECRET.has(field.type);

/** What the fields show of a stored configuration; secrets are never given out, so theirs are empty. */
export function valuesOf(form: ConnectorForm, config: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(form.fields.map((field) => [field.path, isSecret(field) ? '' : shown(field, config[field.path])]));
}

function shown(field: Field, value: unknown): string {
  if (field.type === 'words') return Array.isArray(value) ? value.map(String).join(' ') : '';
  if (field.type === 'rows') return Array.isArray(value) ? value.map((row) => rowText(field, row as Record<string, unknown>)).join('\n') : '';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const rowText = (field: Field, row: Readonly<Record<string, unknown>>): string => (field.parts ?? []).map((part) => row[part.replace('#', '')]).filter((one) => one !== undefined && one !== '').map(String).join(' ');

/** The body of PUT: what is stored and not in the form stays; an empty field is left out, which keeps a stored secret. */
export function bodyOf(form: ConnectorForm, values: Values, config: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const body: Record<string, unknown> = { ...config };
  for (const field of form.fields) {
    const text = (values[field.path] ?? '').trim();
    const [outer = '', inner] = field.path.split('.');
    if (text === '') { if (!inner) delete body[outer]; continue; }
    if (inner) body[outer] = { ...(body[outer] as object | undefined), [inner]: text };
    else body[outer] = read(field, text);
  }
  return { kind: form.kind, ...body };
}

function read(field: Field, text: string): unknown {
  if (field.type === 'words') return text.split(/[\s,]+/).filter(Boolean);
  if (field.type === 'rows') return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => row(field, line));
  return text;
}

/** `111122223333 arn:aws:iam::…:role/x production`: an ARN is the role wherever it stands, the rest of the line is the last part. */
function row(field: Field, line: string): Record<string, unknown> {
  const words = line.split(/[\s,]+/);
  const parts = field.parts ?? [];
  const found: Record<string, unknown> = {};
  for (const [index, part] of parts.entries()) {
    if (part === 'roleArn' && !words[0]?.startsWith('arn:')) continue;
    const last = index === parts.length - 1;
    const word = last ? words.splice(0).join(' ') : words.shift();
    if (word) found[part.replace('#', '')] = part.startsWith('#') ? Number(word) : word;
  }
  return found;
}

/** What is plainly missing, before the platform is asked. */
export function missingOf(form: ConnectorForm, id: string, values: Values): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(id)) return 'The id is a slug: lower-case letters, digits, dots, dashes, underscores.';
  const field = form.fields.find((one) => one.required && !(values[one.path] ?? '').trim());
  if (field) return `${field.label} is needed.`;
  const given = ['accessKeyId', 'secretAccessKey'].filter((name) => (values[`credentials.${name}`] ?? '').trim());
  return given.length === 1 ? 'Access key id and secret access key go together.' : '';
}
