import { numberOf, textOf, type JsonObject, type PullGap } from '@throughline/connectors/api';
import { objectsOf } from '../events/common.js';
import { GithubFailure } from '../failure.js';
import { GITHUB_EVENTS } from '../map.js';
import { isApp } from './lanes.js';
import type { Session } from './session.js';

const PER_PAGE = 100;
const MAX_PAGES = 10;
/** GitHub keeps deliveries, and can send them again, for three days. */
const KEPT_MS = 3 * 24 * 3_600_000;
const MAX_ATTEMPTS = 50;
/** An event that was refused so often is refused for what it is. */
const MAX_TRIES = 3;

interface Delivery { readonly id: number; readonly guid: string; readonly ok: boolean; readonly event: string }

/**
 * Asks GitHub to send events again that did not reach us (GitHub itself never does). They come as webhooks with the
 * delivery id of the first attempt, so that one which did reach us has no second effect.
 */
export async function redeliver(session: Session, since: string): Promise<readonly PullGap[]> {
  if (!isApp(session.config) || session.config.webhookSecret === undefined) return [];
  try {
    const missed = missedOf(await deliveries(session, Math.max(Date.parse(since || '1970-01-01'), session.now.getTime() - KEPT_MS)));
    for (const { id } of missed.slice(0, MAX_ATTEMPTS)) await session.client.ask({ as: 'app' }, 'POST /app/hook/deliveries/{delivery_id}/attempts', { parameters: { delivery_id: id } });
    return missed.length <= MAX_ATTEMPTS ? [] : [{
      scope: 'github:webhooks', code: 'too_many', reason: `${missed.length} events did not reach us, ${MAX_ATTEMPTS} of them were asked for again`, remedy: 'Check that the address of the webhook can be reached; the rest follows with the next pull.',
    }];
  } catch (error) {
    if (!(error instanceof GithubFailure) || error.kind === 'limited') throw error;
    return [{ scope: 'github:webhooks', code: 'access_denied', reason: `GitHub answered ${error.status} for the deliveries of the App's webhook: missed events are not asked for again`, remedy: 'Activate the webhook on the page of the App, and check its private key.' }];
  }
}

/** The newest attempt of each event that says something and that no attempt brought. Input is newest first. */
export function missedOf(given: readonly Delivery[]): readonly Delivery[] {
  const attempts = Map.groupBy(given.filter(({ event }) => GITHUB_EVENTS.includes(event)), ({ guid }) => guid);
  // Oldest events first, as they would have come.
  return [...attempts.values()].filter((all) => all.length < MAX_TRIES && all.every(({ ok }) => !ok)).map(([newest]) => newest as Delivery).reverse();
}

async function deliveries(session: Session, since: number): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  let page = '';
  for (let read = 0; read < MAX_PAGES; read += 1) {
    const { data, next } = await session.client.ask({ as: 'app' }, page === '' ? 'GET /app/hook/deliveries' : `GET ${page}`, page === '' ? { parameters: { per_page: PER_PAGE } } : {});
    const given = objectsOf(data);
    const fresh = given.filter((one) => Date.parse(textOf(one['delivered_at'])) >= since);
    found.push(...fresh.flatMap(deliveryOf));
    page = next;
    if (page === '' || fresh.length < given.length) break;
  }
  return found;
}

function deliveryOf(given: JsonObject): Delivery[] {
  const id = numberOf(given['id']);
  const code = numberOf(given['status_code']) ?? 0;
  const guid = textOf(given['guid']);
  return id === undefined || guid === '' ? [] : [{ id, guid, ok: code >= 200 && code < 300, event: textOf(given['event']) }];
}
