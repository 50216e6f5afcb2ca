import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupListQuery } from '../src/http/finding.schemas.js';
import { FixesController } from '../src/http/groups.controller.js';
import { component, finding, findingId } from './builders.js';
import { caller, startHarness, type Harness } from './harness.js';

let harness: Harness;
let fixes: FixesController;
beforeAll(async () => {
  harness = await startHarness();
  fixes = new FixesController(harness.database);
});
afterAll(async () => { await harness.close(); });

interface Page { readonly items: readonly Record<string, unknown>[] }
const me = caller();

describe('an upgrade', () => {
  it('names the version that repairs all live findings of the package in the repository (B3)', async () => {
    const one = (n: number, version: string, fixedVersions: string[]) => finding({ findingId: findingId(n), issueId: findingId(200 + n), component: component({ purl: `pkg:npm/lodash@${version}`, version, fixedVersions }) });
    await harness.findings([one(1, '4.17.11', ['4.17.12']), one(2, '4.17.11', ['4.17.21']), one(3, '4.17.9', ['4.17.19', '5.0.0']), finding({ findingId: findingId(4), issueId: findingId(204), component: component({ fixedVersions: ['9.0.0'] }), status: 'fixed' })]);
    const page = await fixes.list(me, groupListQuery.parse({})) as Page;
    expect(page.items).toMatchObject([{ kind: 'upgrade', detail: '4.17.11, 4.17.9 → 4.17.21', upgrade: { installed: ['4.17.11', '4.17.9'], target: '4.17.21', withoutFix: 0 }, live: 3, count: 4 }]);
    await harness.findings([one(5, '4.17.11', [])]);
    expect(await fixes.one(me, String(page.items[0]?.['id']))).toMatchObject({ detail: '4.17.11, 4.17.9 → 4.17.21 (no fixed version known for 1 of 4 findings)', upgrade: { withoutFix: 1 } });
  });
});
