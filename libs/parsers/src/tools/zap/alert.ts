import { severityOf, stripTags, weaknessIds, type DraftInput, type Suppression } from '../../api/index.js';

/** Risk codes of ZAP. */
export const RISKS = { 3: 'high', 2: 'medium', 1: 'low', 0: 'info' } as const;
const CONFIDENCES: Readonly<Record<string, string>> = { 0: 'false positive', 1: 'low', 2: 'medium', 3: 'high', 4: 'confirmed' };

/** A reader of a field, whatever the syntax: empty text when there is none. */
export type Field = (name: string) => string;

/**
 * One instance of an alert. Requests and responses are not taken over: they hold the cookies and tokens of the session,
 * and the raw report keeps them.
 */
export function readInstance(alert: Field, instance: Field): DraftInput {
  const name = alert('name') || alert('alert');
  const id = alert('alertRef') || alert('pluginid');
  const risk = alert('riskcode');
  const solution = stripTags(alert('solution'));
  return {
    class: 'dast', title: name || id, description: [stripTags(alert('desc')), stripTags(instance('otherinfo') || alert('otherinfo'))].filter((part) => part !== '').join('\n\n'),
    severity: severityOf(risk, RISKS, 'zap.riskcode'), rule: { tool: 'zap', id, name, helpUri: /^\d+$/.test(alert('pluginid')) ? `https://www.zaproxy.org/docs/alerts/${alert('pluginid')}/` : '' },
    weaknesses: weaknessIds(alert('cweid')), suppressions: falsePositive(alert('confidence')),
    location: { url: plainUrl(instance('uri')), method: instance('method') || 'GET', parameter: instance('param'), snippet: instance('evidence'), symbol: instance('nodeName') },
    references: stripTags(alert('reference')).split(/\s+/).filter((link) => /^https?:\/\//.test(link)), remediation: solution,
    attributes: {
      confidence: CONFIDENCES[alert('confidence')] ?? alert('confidence'), attack: instance('attack'), wasc: alert('wascid'), source: alert('sourceid'), plugin: alert('pluginid'),
    },
  };
}

/** What ZAP's user marked as false positive is evidence for a decision, which people make here. */
function falsePositive(confidence: string): Suppression[] {
  return confidence === '0' ? [{ kind: 'external', status: 'accepted', justification: 'marked as false positive in ZAP' }] : [];
}

/** Without credentials and fragment. */
function plainUrl(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@\s]{1,300}@/i, '$1').replace(/#.*$/s, '');
}
