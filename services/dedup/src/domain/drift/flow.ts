import type { View } from '../near/view.js';
import type { Shifts } from './shift.js';

/** Whether two data flows of several steps begin at one place, in the file of the flaw or in the same other file. */
export function compareFlow(now: View, before: View, shifts: Shifts | undefined): boolean {
  const source = now.flow[0];
  const former = before.flow[0];
  if (source === undefined || former === undefined || now.flow.length < 2 || before.flow.length < 2) return false;
  if (source.path === now.path && former.path === before.path) return shifts?.placing(former.line, source.line)?.distance === 0;
  return source.path === former.path && source.line === former.line;
}
