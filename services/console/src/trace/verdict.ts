import type { Trace } from '../api/types.js';
import { serviceGroups } from './fold.js';
import { plural, utcDay } from '../lib/format.js';

const REACH: Readonly<Record<string, string>> = {
  internet: 'The internet reaches this', limited: 'A limited public reaches this', internal: 'Only the internal network reaches this', none: 'Nothing outside reaches this',
};

/** One sentence above the picture: is it reached, through what, and how much of that is guessed or missing. */
export function verdict(trace: Trace, at = ''): { readonly text: string } {
  if (trace.nodes.length === 0) return { text: 'Nothing is known of this asset: no scan, cloud account or webhook has named it.' };
  const groups = serviceGroups(new Map(trace.nodes.map((node) => [node.urn, node])), trace.links);
  const services = trace.nodes.filter((node) => node.kind === 'service' && !groups.has(node.urn));
  const open = services.filter((node) => ['internet', 'limited'].includes(String(node.attributes['exposure'] ?? '')));
  const through = services.length === 0 || open.length === 0 ? '' : services.length === 1 ? ` through ${services[0]?.name}` : ` through ${open.length} of ${plural(services.length, 'service')}`;
  const guesses = trace.links.filter((link) => !link.verified && (link.confidence < 0.5 || link.method === 'tag' || link.method === 'dockerfile') && !link.validTo).length;
  const missing = trace.gaps.length;
  const doubts = [guesses ? `${plural(guesses, 'link')} ${guesses === 1 ? 'is a guess' : 'are guesses'}` : '', missing ? `${plural(missing, 'hop')} ${missing === 1 ? 'is' : 'are'} missing` : ''].filter(Boolean).join(', ');
  const head = REACH[trace.exposure] ? `${REACH[trace.exposure]}${trace.exposure === 'internet' || trace.exposure === 'limited' ? through : ''}` : services.length === 0 ? 'No running service is known for this, so its exposure is unknown' : 'Whether the internet reaches this is unknown';
  const when = at ? `As of ${utcDay(at)}: ${head.charAt(0).toLowerCase()}${head.slice(1)}` : head;
  return { text: `${when}${doubts ? `; ${doubts}` : ''}.` };
}
