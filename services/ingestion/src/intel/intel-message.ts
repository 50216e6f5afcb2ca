import type { Feed, IntelRow } from '@throughline/connectors/api';
import { derivedId, TOPICS, type IntelUpdated } from '@throughline/contracts';
import type { OutgoingMessage } from '@throughline/persistence';
import { createHash } from 'node:crypto';
import type { IntelState, Moved } from '../persistence/intel.repository.js';

/** What of a row is compared exactly; the probability of EPSS is compared by its distance. */
export function stateOf(row: IntelRow): IntelState {
  const said = row.aliases === undefined ? [row.kevAdded ?? '', row.kevDue ?? '', row.ransomware ?? false] : [row.aliases, row.withdrawn ?? false];
  const content = createHash('sha256').update(JSON.stringify(said)).digest().subarray(0, 16);
  return { advisory: row.advisory, epss: row.epss ?? null, content, modified: row.modified ?? '' };
}

/** An advisory without another name says nothing, unless something was said of it before. */
export const isSilent = (row: IntelRow): boolean => row.aliases?.length === 0;

/** The announcement of one advisory: the whole of what the feed says of it. Without a row it was withdrawn. */
export function intelMessage(feed: Pick<Feed, 'source' | 'feedDate' | 'modelVersion'>, { advisory, version }: Moved, row: IntelRow | undefined): OutgoingMessage {
  const { source } = feed;
  const value: IntelUpdated = {
    source, advisory, epss: row?.epss ?? null, percentile: row?.percentile ?? null, modelVersion: source === 'epss' ? feed.modelVersion : '',
    kev: source === 'kev' && row !== undefined, kevAdded: row?.kevAdded ?? '', kevDue: row?.kevDue ?? '', ransomware: row?.ransomware ?? false,
    aliases: row?.aliases ?? [], feedDate: feed.feedDate, version, withdrawn: row === undefined || row.withdrawn === true,
  };
  return { topic: TOPICS.intelUpdated, key: [source, advisory], value, tenantId: null, eventId: derivedId(`${source}|${advisory}`, 'intel.updated', version) };
}
