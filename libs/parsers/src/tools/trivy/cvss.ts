import { isFields, looseText, number, sub, type CvssScore, type Fields } from '../../api/index.js';

const VECTORS = [['V40Vector', 'V40Score'], ['V3Vector', 'V3Score'], ['V2Vector', 'V2Score']] as const;

/** CVSS vectors of every source that Trivy lists, e.g. `{"nvd": {"V3Vector": "CVSS:3.1/…", "V3Score": 7.5}}`; newest version first. */
export function cvssOf(vulnerability: Fields): CvssScore[] {
  const scores: CvssScore[] = [];
  const sources = sub(vulnerability, 'CVSS');
  for (const [vectorKey, scoreKey] of VECTORS) {
    for (const source of Object.keys(sources)) {
      const entry = sources[source];
      if (!isFields(entry)) continue;
      const vector = looseText(entry, vectorKey);
      const score = number(entry, scoreKey);
      if (vector !== '' && (score === null || (score >= 0 && score <= 10))) scores.push({ version: versionOf(vector, vectorKey), vector, score, source });
    }
  }
  return scores;
}

function versionOf(vector: string, key: string): string {
  return /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? (key === 'V2Vector' ? '2.0' : '3.0');
}
