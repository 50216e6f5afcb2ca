import type { z } from 'zod';
import type { FullOccurrence } from '../domain/model.js';
import type { Why } from '../domain/why.js';
import type { observationsAnswer } from './schemas.js';

type Observation = z.infer<typeof observationsAnswer>['items'][number];

/** One run of scans. While it lasts, its last sight is the scope's newest scan. */
export function presentObservation(one: FullOccurrence, why: Why | undefined, scans: ReadonlyMap<string, string>): Observation {
  const { content, scope } = one;
  return {
    id: one.id, tool: content.rule.tool, rule: content.rule.id, scope: scope.name, line: scope.line, defaultLine: scope.defaultLine,
    version: one.lastVersion || scope.version, present: one.absences === 0, missedScans: one.absences,
    firstSeen: one.firstSeen, lastSeen: one.lastSeen || scope.at, title: content.title, severity: content.severity,
    identifiers: [...content.identifiers], location: content.location, component: content.component,
    description: content.description, codeFlow: [...content.codeFlow],
    firstScan: scans.get(`${one.scopeId}|${one.firstSequence}`) ?? null, goneScan: scans.get(`${one.scopeId}|${one.goneSequence}`) ?? null, join: why === undefined ? null : { ...why, fields: [...why.fields] },
  };
}
