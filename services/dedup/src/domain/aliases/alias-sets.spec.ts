import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aliasSets, provenance, type AliasEdge } from './alias-sets.js';

const edge = (a: string, b: string, source = 'osv'): AliasEdge => ({ a, b, source });
const sorted = (edges: readonly AliasEdge[]): readonly AliasEdge[] => [...edges].sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
const shown = (edges: readonly AliasEdge[]) => {
  const { sets, refused } = aliasSets(edges);
  return { sets: [...sets].sort(([a], [b]) => (a < b ? -1 : 1)), refused: sorted(refused) };
};

const id = fc.constantFrom('CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3', 'GHSA-A', 'GHSA-B', 'GHSA-C', 'PYSEC-1', 'PYSEC-2', 'GO-1', 'RHSA-2024:1', 'USN-1-1');
const edges = fc.array(fc.record({ a: id, b: id, source: fc.constantFrom('osv', 'ghsa') }), { maxLength: 14 });

describe('alias sets', () => {
  it('unite what edges connect, the most authoritative id in front, and say by which edges', () => {
    const said = [edge('GHSA-A', 'CVE-2024-1'), edge('PYSEC-1', 'GHSA-A', 'ghsa')];
    expect(aliasSets(said).sets.get('PYSEC-1')).toEqual(['CVE-2024-1', 'GHSA-A', 'PYSEC-1']);
    expect(provenance(said, 'PYSEC-1', 'CVE-2024-1')).toEqual([said[1], said[0]]);
    expect(provenance(said, 'PYSEC-1', 'GHSA-B')).toEqual([]);
  });

  it('refuse what would make two CVEs one: each id stays with the nearer CVE, and one between two with none', () => {
    const chain = [edge('GHSA-A', 'CVE-2024-1'), edge('GHSA-A', 'PYSEC-1'), edge('PYSEC-1', 'CVE-2024-2')];
    expect(shown(chain)).toEqual({
      sets: [['CVE-2024-1', ['CVE-2024-1', 'GHSA-A']], ['CVE-2024-2', ['CVE-2024-2', 'PYSEC-1']], ['GHSA-A', ['CVE-2024-1', 'GHSA-A']], ['PYSEC-1', ['CVE-2024-2', 'PYSEC-1']]],
      refused: [chain[1]],
    });
    const both = [edge('GO-1', 'CVE-2024-1'), edge('GO-1', 'CVE-2024-2')];
    expect(shown(both)).toEqual({ sets: [], refused: sorted(both) });
  });

  it('never hold two CVEs or an errata, and every id is in one set', () => {
    fc.assert(fc.property(edges, (said) => {
      for (const [member, set] of aliasSets(said).sets) {
        expect(set).toContain(member);
        expect(set.length).toBeGreaterThan(1);
        expect(set.filter((one) => one.startsWith('CVE-')).length).toBeLessThanOrEqual(1);
        expect(set.some((one) => one.startsWith('RHSA') || one.startsWith('USN'))).toBe(false);
      }
    }));
  });

  it('do not depend on the order of edges, nor on their direction, nor on hearing one twice', () => {
    fc.assert(fc.property(edges, fc.infiniteStream(fc.nat()), (said, order) => {
      const shuffled = [...said].map((one) => ({ one, at: order.next().value })).sort((a, b) => a.at - b.at).map(({ one }) => one);
      expect(shown(shuffled)).toEqual(shown(said));
      expect(shown([...said, ...said]).sets).toEqual(shown(said).sets);
      expect(shown(said.map(({ a, b, source }) => ({ a: b, b: a, source }))).sets).toEqual(shown(said).sets);
    }));
  });

  it('are joined by the edges that provenance names and by nothing else', () => {
    fc.assert(fc.property(edges, (said) => {
      for (const [member, set] of aliasSets(said).sets) {
        const way = provenance(said, member, set[0] as string);
        expect(way.length > 0).toBe(member !== set[0]);
        if (way.length > 0) expect(aliasSets(way).sets.get(member)).toContain(set[0]);
      }
    }));
  });
});
