import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCvssCalculator } from '../adapters/cvss.js';
import { changesBetween, seenBySubscribers, storedJudgement } from '../application/stored-judgement.js';
import { judge } from '../domain/judge.js';
import { component, context, finding, judgeInput } from '../../test/builders.js';
import { packFinding, packJudgement, unpackFinding, unpackJudgement, type DocumentRow, type FindingColumns } from './finding-document.js';
import { applyFilter, Conditions, type FindingFilter } from './finding-filter.js';
import { clean, textArray } from './sql-arrays.js';
import type { CodeLocation, FindingChanged } from '@throughline/contracts';

const cvss = createCvssCalculator();
const columnsOf = (given: FindingChanged): FindingColumns => ({
  tenant_id: given.tenantId, finding_id: given.findingId, finding_version: String(given.version), issue_id: given.issueId, class: given.class, title: clean(given.title), status: given.status,
  asset: given.asset, tools: given.tools, identifiers: given.identifiers,
});
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('documents of a row', () => {
  it('give back the finding that was stored, whatever is empty in it', () => {
    fc.assert(fc.property(fc.string(), fc.boolean(), fc.constantFrom(null, component(), component({ fixedVersions: [], filePath: '' })), fc.array(fc.string()), (text, flag, part, list) => {
      const given = finding({ title: text, description: text, baseline: flag, component: part, identifiers: list, reachability: flag ? text : '' });
      expect(unpackFinding({ ...columnsOf(given), finding: throughJson(packFinding(given)) })).toEqual(given);
    }));
  });

  it('give back every place: one that is the location, one that is not, several, none', () => {
    const place = (path: string): CodeLocation => ({ path, startLine: 3, endLine: 0, startColumn: 0, endColumn: 0, snippet: '', symbol: '', url: '', method: '', parameter: '', resource: '' });
    for (const [location, locations] of [[place('a'), [place('a')]], [place('a'), [place('b')]], [place('a'), [place('a'), place('b')]], [place('a'), []], [null, [place('a')]], [null, []]] as const) {
      const given = finding({ location, locations: [...locations] });
      expect(unpackFinding({ ...columnsOf(given), finding: throughJson(packFinding(given)) })).toEqual(given);
    }
  });

  it('that an older version wrote in full are read as they are', () => {
    const given = finding({ title: 'kept in the document' });
    expect(unpackFinding({ ...columnsOf(finding({ title: 'of the column' })), finding: throughJson(given) })).toEqual(given);
  });

  it('give back the judgement with the columns beside them, and comparing it with itself is no news', () => {
    const given = finding();
    const judged = storedJudgement(judge(judgeInput({ finding: given }), cvss));
    const { score, chainVersion, ...columns } = judged;
    const row = { ...columns, finding: {}, judgement: throughJson(packJudgement(judged)), score: Math.round(score * 100), chain_version: String(chainVersion), fix_id: judged.fix.id } as unknown as DocumentRow;
    expect(unpackJudgement(row)).toEqual(judged);
    expect(seenBySubscribers(given, unpackJudgement(row))).toBe(seenBySubscribers(given, judged));
    expect(changesBetween(judged, unpackJudgement(row))).toEqual({});
  });

  it('tell what moved, old and new', () => {
    const [before, after] = ['internet', 'internal'].map((exposure) => storedJudgement(judge(judgeInput({ context: context({ exposure }) }), cvss)));
    expect(before && after && changesBetween(before, after)).toMatchObject({ exposure: ['internet', 'internal'], band: ['act', 'attend'], score: [97.49, 76.91] });
  });
});

describe('filters', () => {
  it('FAULTS 57: no value ever becomes SQL, only a parameter', () => {
    const value = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `'"$;${text}`);
    const many = fc.array(value, { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(fc.record({ team: many, identifier: many, component: many, tool: many, scan: many, q: value }), (filter) => {
      const conditions = new Conditions('00000000-0000-7000-8000-000000000001');
      applyFilter(conditions, filter as FindingFilter);
      const shape = new Conditions('00000000-0000-7000-8000-000000000001');
      applyFilter(shape, Object.fromEntries(Object.entries(filter).map(([name, given]) => [name, Array.isArray(given) ? given.map(() => 'x') : 'x'])) as FindingFilter);
      expect(conditions.sql()).toBe(shape.sql());
    }));
  });

  it('array literals quote what has a meaning in them', () => {
    expect(textArray(['a"b', 'c\\d', 'e,f', '{}', 'NULL', ''])).toBe('{"a\\"b","c\\\\d","e,f","{}","NULL",""}');
  });
});

describe('the CVSS adapter', () => {
  it('FAULTS 51: answers null for nonsense, at once', () => {
    const started = performance.now();
    for (const vector of ['', 'x', 'CVSS:3.1/', `CVSS:3.1/${'AV:N/'.repeat(20_000)}`, 'CVSS:9.9/AV:N', '__proto__', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H', 'a'.repeat(100_000)]) expect(cvss(vector)).toBeNull();
    expect(performance.now() - started).toBeLessThan(500);
  });
});
