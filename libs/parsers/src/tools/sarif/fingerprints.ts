import { sub, looseText, type Fields } from '../../api/index.js';

/**
 * What tools put under (partial)Fingerprints without it telling one result from another: Gitleaks writes the commit and
 * its author there, others the hash of the whole file or the column.
 */
const NO_IDENTITY = /^(?:commitSha|commitMessage|email|author|date|scanFileHash|scanTagsHash|primaryLocationStartColumnFingerprint)(?:\/|$)/;
const NO_VALUE = /^(?:requires login|unknown|none|null|)$/i;

/** Tool-native fingerprints that identify a result; `fingerprints` (whole) go over `partialFingerprints` of the same name. */
export function fingerprintsOf(result: Fields): Record<string, string> {
  const out: Record<string, string> = {};
  for (const source of ['partialFingerprints', 'fingerprints']) {
    for (const [name, value] of Object.entries(sub(result, source))) {
      if (typeof value === 'string' && !NO_VALUE.test(value) && !NO_IDENTITY.test(name) && name !== '__proto__') out[name] = value;
    }
  }
  const correlation = looseText(result, 'correlationGuid');
  if (correlation) out['correlationGuid'] = correlation.toLowerCase();
  return out;
}
