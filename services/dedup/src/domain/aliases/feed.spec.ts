import { describe, expect, it } from '@jest/globals';
import type { IntelUpdated } from '@throughline/contracts';
import fc from 'fast-check';
import { changedIds, edgeChanges, setsOf, type StoredEdge } from './feed.js';

const record = (advisory: string, version: number, aliases: readonly string[], withdrawn = false): IntelUpdated => ({
  source: 'osv', advisory, version, aliases, withdrawn, epss: null, percentile: null, modelVersion: '', kev: false, kevAdded: '', kevDue: '', ransomware: false, feedDate: '2026-01-01',
});
/** The table after the changes. */
const applied = (stored: readonly StoredEdge[], changes: readonly StoredEdge[]): readonly StoredEdge[] =>
  [...new Map([...stored, ...changes].map((edge) => [`${edge.source}|${edge.a}|${edge.b}`, edge])).values()];
const holding = (edges: readonly StoredEdge[]): readonly string[] => edges.filter((edge) => !edge.withdrawn).map(({ a, b }) => `${a}=${b}`).sort();

describe('what records change in the edges', () => {
  it('adds what is named, withdraws what is named no more, and all of a withdrawn advisory', () => {
    const first = edgeChanges([record('GHSA-AAAA', 1, ['CVE-2024-1', 'RHSA-2024:1', 'GHSA-AAAA', '<script>'])], []);
    expect(holding(first)).toEqual(['GHSA-AAAA=CVE-2024-1']);
    const second = applied(first, edgeChanges([record('GHSA-AAAA', 2, ['CVE-2024-2'])], first));
    expect(holding(second)).toEqual(['GHSA-AAAA=CVE-2024-2']);
    expect(holding(applied(second, edgeChanges([record('GHSA-AAAA', 3, ['CVE-2024-2'], true)], second)))).toEqual([]);
  });

  it('a record twice, or an older one after a newer, changes nothing', () => {
    const aliases = fc.uniqueArray(fc.constantFrom('CVE-2024-1', 'CVE-2024-2', 'GHSA-BBBB', 'PYSEC-2024-1'));
    const history = fc.array(aliases, { minLength: 1, maxLength: 5 }).map((all) => all.map((one, index) => record('GHSA-AAAA', index + 1, one)));
    fc.assert(fc.property(history, fc.nat(), (records, again) => {
      const whole = records.reduce<readonly StoredEdge[]>((stored, one) => applied(stored, edgeChanges([one], stored)), []);
      const older = records[again % records.length] as IntelUpdated;
      if (whole.length > 0) expect(edgeChanges([older], whole)).toEqual([]);
      expect(holding(applied([], edgeChanges(records, [])))).toEqual(holding(whole));
    }));
  });

  it('ids whose set grew or shrank are told, those of other sets are not', () => {
    const before = setsOf([{ advisory: 'CVE-1', canonical: 'CVE-1' }, { advisory: 'GHSA-1', canonical: 'CVE-1' }, { advisory: 'CVE-2', canonical: 'CVE-2' }]);
    const after = setsOf([{ advisory: 'CVE-1', canonical: 'CVE-1' }, { advisory: 'GHSA-1', canonical: 'CVE-1' }, { advisory: 'PYSEC-1', canonical: 'CVE-1' }]);
    expect(changedIds(['CVE-1', 'GHSA-1', 'PYSEC-1', 'CVE-2'], before, after)).toEqual(['CVE-1', 'GHSA-1', 'PYSEC-1']);
  });
});
