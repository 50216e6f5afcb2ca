import type { Connector } from '../api/types.js';

export interface ConnectorState { readonly word: string; readonly tone: 'ok' | 'warn' | 'bad' | '' }

/** What a reader wants to know first: does it work, in part, not at all, or has it not run yet? */
export function stateOf(connector: Connector): ConnectorState {
  const [latest] = connector.errors;
  const failed = latest !== undefined && (connector.lastSuccess === null || latest.at === '' || Date.parse(latest.at) > Date.parse(connector.lastSuccess));
  if (failed) return { word: 'Failing', tone: 'bad' };
  if (connector.state === 'running') return { word: connector.pages ? `Reading, page ${connector.pages}` : 'Reading', tone: '' };
  if (connector.state === 'waiting') return { word: 'Told to wait', tone: 'warn' };
  if (connector.lastSuccess === null) return { word: 'Not run yet', tone: '' };
  return connector.gaps.length > 0 ? { word: 'Partly blind', tone: 'warn' } : { word: 'Healthy', tone: 'ok' };
}

const NAMES: Readonly<Record<string, string>> = { aws: 'AWS', github: 'GitHub', gitlab: 'GitLab', kubernetes: 'Kubernetes', epss: 'EPSS', kev: 'CISA KEV', osv: 'OSV', vulnrichment: 'Vulnrichment' };
export const kindName = (kind: string): string => NAMES[kind] ?? kind;
/** Kinds that load a feed for the whole installation. */
export const isFeed = (kind: string): boolean => ['epss', 'kev', 'osv', 'vulnrichment'].includes(kind);
