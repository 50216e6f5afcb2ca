import type { z } from 'zod';
import type { FullOccurrence } from '../domain/model.js';
import type { observationsAnswer } from './schemas.js';

type Observation = z.infer<typeof observationsAnswer>['items'][number];

/** One run of scans. While it lasts, its last sight is the scope's newest scan. */
export function presentObservation(one: FullOccurrence): Observation {
  const { content, scope } = one;
  return {
    id: one.id, tool: content.rule.tool, rule: content.rule.id, scope: scope.name, line: scope.line, defaultLine: scope.defaultLine,
    version: one.lastVersion || scope.version, present: one.absences === 0, missedScans: one.absences,
    firstSeen: one.firstSeen, lastSeen: one.lastSeen || scope.at, title: content.title, severity: content.severity,
    identifiers: [...content.identifiers], location: content.location, component: content.component,
  };
}
