import { createHash, timingSafeEqual } from 'node:crypto';
import { objectOf, textOf, type JsonObject, type MappedEvent, type WebhookConnector, type WebhookEvent, type WebhookRequest } from '@throughline/connectors/api';
import { partitionOf } from './arn.js';
import { unitsOf } from './changes.js';
import { sourceOf } from './plan.js';

/**
 * EventBridge by an API destination: the connection adds the header with the shared secret. Events say that something
 * changed; what it is now is read from the API, which knows the order of things.
 */
export const awsWebhook: WebhookConnector = { kind: 'aws', verify, identify, map };

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

function verify({ headers }: WebhookRequest, secret: string): boolean {
  const given = headers['x-throughline-secret'];
  // hashes have one length, so that the comparison tells nothing of the secret's
  return timingSafeEqual(hash(given ?? ''), hash(secret)) && given !== undefined && secret !== '';
}

function identify({ body }: WebhookRequest): { readonly delivery: string; readonly name: string } | string {
  const event = bodyOf(body);
  const delivery = textOf(event['id'], 200);
  const name = textOf(event['detail-type'], 200);
  return /^[\x21-\x7e]{1,200}$/.test(delivery) && name !== '' ? { delivery, name } : 'The body is no event of EventBridge: id and detail-type are needed.';
}

function bodyOf(body: Buffer): JsonObject {
  try {
    return objectOf(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

const nothing = (ignored: string): MappedEvent => ({ facts: [], defaultBranches: [], ignored });

function map({ payload, config }: WebhookEvent): MappedEvent {
  const event = objectOf(payload);
  const account = textOf(event['account']);
  const region = textOf(event['region']);
  if (!/^\d{12}$/.test(account) || region === '') return nothing('no account and region');
  if (!isConfigured(config, account)) return nothing('an account that the connector does not read');
  const units = unitsOfEvent(event, account, region).filter((unit) => isRead(config, unit));
  return units.length === 0 ? nothing('changes nothing that is read') : { facts: [], defaultBranches: [], ignored: '', refresh: units };
}

function isConfigured(config: JsonObject | undefined, account: string): boolean {
  const accounts = config?.['accounts'];
  return !Array.isArray(accounts) || accounts.some((entry) => objectOf(entry)['id'] === account);
}

function isRead(config: JsonObject | undefined, unit: string): boolean {
  const regions = config?.['regions'];
  return !Array.isArray(regions) || unit.includes('/global|') || regions.some((region) => unit.includes(`/${String(region)}|`));
}

/** States in which a task runs, or does no more; those between are of no interest. */
const TASK_STATES: ReadonlySet<string> = new Set(['RUNNING', 'STOPPED']);

function unitsOfEvent(event: JsonObject, account: string, region: string): readonly string[] {
  const detail = objectOf(event['detail']);
  const at = sourceOf({ partition: partitionOf(region), account, region });
  switch (textOf(event['detail-type'])) {
    case 'ECS Task State Change': return TASK_STATES.has(textOf(detail['lastStatus'])) ? [`${at}|ecs`] : [];
    case 'ECS Deployment State Change': case 'ECS Service Action': return [`${at}|ecs`];
    case 'ECR Image Action': return ecrUnits(at, detail);
    // a call that was refused changed nothing
    case 'AWS API Call via CloudTrail': return detail['errorCode'] === undefined
      ? unitsOf({ account: textOf(detail['recipientAccountId']) || account, region: textOf(detail['awsRegion']) || region, eventSource: textOf(detail['eventSource']), eventName: textOf(detail['eventName']) }) : [];
    default: return [];
  }
}

function ecrUnits(at: string, detail: JsonObject): readonly string[] {
  if (textOf(detail['result']) !== 'SUCCESS') return [];
  return textOf(detail['action-type']) === 'PUSH' ? [`${at}|ecr`, `${at}|ecr-content`] : [`${at}|ecr`];
}
