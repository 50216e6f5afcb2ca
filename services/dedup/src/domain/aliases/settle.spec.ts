import { describe, expect, it } from '@jest/globals';
import type { FindingDraft } from '@throughline/contracts';
import fc from 'fast-check';
import { scan, TENANT, vulnerable } from '../../../test/harness.js';
import { contentHash, contentOf } from '../content.js';
import type { Corrector } from '../correct.js';
import { create, type Known } from '../evolve.js';
import { fingerprint, identify, shortId } from '../identity/index.js';
import type { Asset, Finding, FullOccurrence } from '../model.js';
import { nearOf } from '../near/near.js';
import { DEFAULT_POLICY } from '../policy.js';
import { aliasSets, type AliasEdge } from './alias-sets.js';
import type { Aliases } from './aliases.js';
import type { AliasMerge } from './divide.js';
import { settle } from './settle.js';

const asset: Asset = { assetId: fingerprint('a'), urn: 'repo:a', lineageRoot: 'repo:a', running: [], origin: 'repo:a', decommissionedAt: '' };
const corrector: Corrector = { asset, runs: [], policy: DEFAULT_POLICY, at: '2026-03-01T00:00:00.000Z' };
const IDS = ['CVE-2024-1', 'CVE-2024-2', 'GHSA-A', 'GHSA-B', 'PYSEC-1', 'GO-1'];

/** A finding that the results of one id made, each of a tool of its own. */
function findingOf(id: string, tools: number, order: number): Known {
  const findingId = `00000000-0000-7000-8000-00000000000${order}`;
  const [{ header }] = scan({ sequence: order, drafts: [] }) as [ReturnType<typeof scan>[number]];
  const scope = { scopeId: fingerprint('scope', id), name: id, line: 'default', defaultLine: true, version: 'commit:1', at: header.receivedAt };
  const occurrences = Array.from({ length: tools }, (_, tool): FullOccurrence => {
    const draft: FindingDraft = vulnerable('pkg:npm/x@1', [id], `tool-${tool}`);
    const content = contentOf(draft, header);
    const { group } = identify(draft, asset.assetId);
    const near = nearOf(content, draft.class, asset.assetId);
    return {
      id: shortId(group), scopeId: scope.scopeId, group, ordinal: 0, findingId, contentHash: contentHash(content), content, sequence: 1, absences: 0, firstSequence: 1, sinceSequence: 1, goneSequence: null,
      scope, firstSeen: header.receivedAt, lastSeen: '', lastVersion: '', near, line: 0,
    };
  });
  const scanned = { scanId: '', tenantId: TENANT, sequence: order, receivedAt: header.receivedAt, scope, superseded: false, newerScans: 0, baseline: false, clockSkew: false };
  return create({ findingId, class: 'container', keys: [], flags: [], aliases: [] }, occurrences, { scan: scanned, asset, runs: [], policy: DEFAULT_POLICY, changedAt: header.receivedAt });
}

/** What is stored, as the due work keeps it. */
class World {
  findings: readonly Known[];
  #merges: readonly AliasMerge[] = [];
  readonly #merged = new Map<string, Finding>();
  readonly #byAlias = new Set<string>();
  #ids = 0;

  constructor(tools: readonly number[]) {
    this.findings = IDS.flatMap((id, index) => ((tools[index] ?? 0) > 0 ? [findingOf(id, tools[index] ?? 0, index + 1)] : []));
  }

  hear(edges: readonly AliasEdge[]) {
    const aliases: Aliases = aliasSets(edges).sets;
    const past = { merges: this.#merges, merged: this.#merged, byAlias: this.#byAlias, pinned: new Set<string>() };
    const settled = settle({ findings: this.findings, past, apart: new Set(), aliases }, corrector, () => `new-${this.#ids++}`);
    for (const { known, natives, undoes, takes, fresh, from } of [...settled.splits, ...settled.rests]) {
      const heir = fresh ? settled.heirs.get(known.finding.findingId) : undefined;
      if (heir === undefined && from !== undefined) for (const one of natives) this.#byAlias.delete(one.id);
      const taken = new Set(takes.map((merge) => merge.mergeId));
      this.#merges = this.#merges.filter((merge) => merge.mergeId !== undoes?.mergeId).map((merge) => (taken.has(merge.mergeId) ? { ...merge, intoId: heir ?? known.finding.findingId } : merge));
      this.#merged.delete(known.finding.findingId);
    }
    for (const { into, merged, subjects } of settled.merges) {
      this.#merges = [...this.#merges, { mergeId: `m-${this.#ids++}`, intoId: into, mergedId: merged.finding.findingId, subjects }];
      this.#merged.set(merged.finding.findingId, merged.finding);
      for (const one of merged.occurrences) this.#byAlias.add(one.id);
    }
    this.findings = [...settled.told, ...settled.silent].filter((one) => one.change !== 'retired').map((one) => one.known);
    return { settled, aliases };
  }

  /** Which finding each observation is part of. */
  places(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.findings.flatMap((one) => one.occurrences.map((occurrence) => [occurrence.id, one.finding.findingId] as const)).sort());
  }

  /** Observations by finding, without names. */
  partition(): readonly string[] {
    return this.findings.map((one) => one.occurrences.map((occurrence) => occurrence.id).sort().join()).sort();
  }
}

const edge = fc.record({ a: fc.constantFrom(...IDS), b: fc.constantFrom(...IDS), source: fc.constant('osv') });
const history = fc.array(fc.array(edge, { maxLength: 5 }), { minLength: 1, maxLength: 6 });
/** A history that goes wrong is rare: one in some thousand. */
const RUNS = { numRuns: 400 };
const tools = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: IDS.length, maxLength: IDS.length });

describe('findings follow aliases', () => {
  it('after any history of feeds the findings are those that the last word makes', () => {
    fc.assert(fc.property(tools, history, (counts, feeds) => {
      const world = new World(counts);
      const all = world.findings.flatMap((one) => one.occurrences);
      for (const edges of feeds) {
        const { aliases } = world.hear(edges);
        const canonical = (one: FullOccurrence): string => aliases.get(one.content.identifiers[0] ?? '')?.[0] ?? one.content.identifiers[0] ?? '';
        const expected = [...Map.groupBy(all, canonical).values()].map((group) => group.map((one) => one.id).sort().join()).sort();
        expect(world.partition()).toEqual(expected);
      }
    }), RUNS);
  });

  it('settling again tells nothing', () => {
    fc.assert(fc.property(tools, history, (counts, feeds) => {
      const world = new World(counts);
      for (const edges of feeds) {
        world.hear(edges);
        const { settled } = world.hear(edges);
        expect([settled.told, settled.merges, settled.splits]).toEqual([[], [], []]);
      }
    }), RUNS);
  });

  it('when every alias is taken back each observation is in the finding that it began in, with its clock', () => {
    fc.assert(fc.property(tools, history, (counts, feeds) => {
      const world = new World(counts);
      const [places, clocks] = [world.places(), world.findings.map(({ finding }) => [finding.findingId, finding.firstSeen, finding.status, finding.issueId]).sort()];
      for (const edges of feeds) world.hear(edges);
      world.hear([]);
      expect(world.places()).toEqual(places);
      expect(world.findings.map(({ finding }) => [finding.findingId, finding.firstSeen, finding.status, finding.issueId]).sort()).toEqual(clocks);
    }), RUNS);
  });

  it('what stays merged while the finding in between leaves is itself again in the end', () => {
    const world = new World([1, 0, 1, 0, 1, 0]);
    const places = world.places();
    const say = (a: string, b: string): AliasEdge => ({ a, b, source: 'osv' });
    for (const edges of [[say('GHSA-A', 'PYSEC-1')], [say('PYSEC-1', 'CVE-2024-1'), say('CVE-2024-1', 'GHSA-A')], [say('CVE-2024-1', 'PYSEC-1')], []]) world.hear(edges);
    expect(world.places()).toEqual(places);
  });

  it('the finding that was seen first stays, and its clock with it', () => {
    fc.assert(fc.property(tools, fc.array(edge, { maxLength: 6 }), (counts, edges) => {
      const world = new World(counts);
      const before = new Map(world.findings.map((one) => [one.finding.findingId, one.finding]));
      for (const { into, merged } of world.hear(edges).settled.merges) {
        expect((before.get(into)?.firstSeen ?? '') < (before.get(merged.finding.findingId)?.firstSeen ?? '')).toBe(true);
        expect(merged.finding).toMatchObject({ status: 'retired', mergedInto: into });
      }
    }), RUNS);
  });
});
