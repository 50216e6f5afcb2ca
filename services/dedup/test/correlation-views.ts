import type { View } from '../src/domain/near/view.js';
import type { Neighbour } from '../src/domain/correlation/types.js';

let count = 0;

/** A view for specs: a result of Bandit on one line of one version. */
export function view(over: Partial<View> = {}): View {
  count += 1;
  return {
    id: `v${count}`, class: 'sast', tool: 'bandit', rule: 'B307', ruleName: 'blacklist', title: '', weaknesses: [], path: 'app.py', startLine: 10, endLine: 10, startColumn: 0, endColumn: 0,
    snippet: '', symbol: '', native: '', flow: [], url: '', method: '', parameter: '', resource: '', secret: '', version: 'commit:1', ...over,
  };
}

/** Another tool's view whose rule says its kind in words. */
export const semgrep = (rule: string, over: Partial<View> = {}): View => view({ tool: 'semgrep', rule: `python.lang.security.${rule}`, ruleName: '', ...over });

export const at = (line: number, from = 0, to = 0): Partial<View> => ({ startLine: line, endLine: line, startColumn: from, endColumn: to });

export const neighbour = (findingId: string, one: View, apart: readonly string[] = []): Neighbour => ({ ...one, findingId, apart });
