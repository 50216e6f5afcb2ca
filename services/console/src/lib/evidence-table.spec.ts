import { expect, it } from '@jest/globals';
import type { Observation } from '../api/types.js';
import { evidenceTable } from './evidence-table.js';

const observation = (over: Partial<Observation>): Observation => ({
  id: 'o', tool: 'Trivy', rule: 'CVE-1', severityOriginal: 'HIGH', severity: 'high', title: 't', description: '', location: null, component: null,
  version: '', scan: 's', firstSeen: '2026-11-01T00:00:00Z', lastSeen: '2026-11-02T00:00:00Z', codeFlow: [], facts: {}, ...over,
});

it('puts the latest word of each tool side by side and marks where they differ', () => {
  const { columns, rows } = evidenceTable([
    observation({ lastSeen: '2026-11-01T00:00:00Z', severity: 'low' }), observation({}),
    observation({ tool: 'Grype', severity: 'medium', severityOriginal: 'Medium', facts: { namespace: 'npm' } }),
  ]);
  expect(columns.map((one) => [one.tool, one.severity])).toEqual([['Trivy', 'high'], ['Grype', 'medium']]);
  expect(rows.find((one) => one.name === 'Severity')).toMatchObject({ values: ['high', 'medium'], differs: true });
  expect(rows.find((one) => one.name === 'namespace')).toMatchObject({ values: ['', 'npm'], differs: false });
  expect(rows.some((one) => one.name === 'Component')).toBe(false);
});
