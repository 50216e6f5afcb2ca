import { z } from 'zod';

const http = z.url({ protocol: /^https?$/ }).max(2000);
const text = z.string().min(1).max(4000);

/** Services that hold findings. */
const FINDING_SOURCES = ['inspector', 'securityhub'] as const;
export type FindingSource = (typeof FINDING_SOURCES)[number];

const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, 'an account id has 12 digits'),
  name: z.string().min(1).max(100).optional(),
  roleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of an IAM role').optional().describe('Role to read the account with; absent: `credentials` are of this account.'),
});

/** Configuration of the connector, without `kind` and `schedule`, which ingestion adds. */
export const awsConfig = z.strictObject({
  accounts: z.array(account).min(1).max(1000),
  externalId: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/).optional().describe('External id in the trust policies of the roles; one of its own for each connector.'),
  regions: z.array(z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'a region, e.g. eu-central-1')).min(1).max(40),
  credentials: z.strictObject({ accessKeyId: text, secretAccessKey: text, sessionToken: text.optional() }).optional().describe('Who assumes the roles; absent: the identity of the installation. Write-only.'),
  endpoint: http.optional().describe('Every API is asked there instead of at AWS.'),
  registryEndpoint: http.optional().describe('Where the /v2/ of the registries is reached; requests keep the registry\'s own host name.'),
  findings: z.array(z.enum(FINDING_SOURCES)).max(FINDING_SOURCES.length).optional().describe('Services whose findings are taken as reports.'),
  watch: z.strictObject({ everySeconds: z.number().int().min(30).max(600) }).optional().describe('Asks CloudTrail for changes between two pulls, where EventBridge does not send them.'),
  webhookSecret: z.string().min(16, 'at least 16 characters').max(500).optional().describe('Value of the header x-throughline-secret of EventBridge\'s API destination; write-only.'),
});
export type AwsConfig = z.infer<typeof awsConfig>;
export type AwsAccount = AwsConfig['accounts'][number];

export const AWS_SECRET_FIELDS = ['credentials', 'webhookSecret'] as const;
export const AWS_ADDRESS_FIELDS = ['endpoint', 'registryEndpoint'] as const;

/** Seconds between two full pulls; events and `watch` tell of changes in between. */
export const EVERY_SECONDS = 900;
