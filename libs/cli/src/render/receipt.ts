import type { Receipt } from '../api/answers.js';
import { plain, type Paint } from '../terminal.js';

const COUNTED = ['new', 'reopened', 'changed', 'unchanged', 'merged', 'absent', 'fixed', 'quarantined'] as const;

/** One upload in one or a few lines. Pure. */
export function renderReceipt(file: string, receipt: Receipt, paint: Paint): string {
  const { id, status, duplicateOf, tool, counts, problems = [] } = receipt;
  const colour = status === 'done' ? paint.green : status === 'rejected' ? paint.red : ['partial', 'stalled'].includes(status) ? paint.yellow : paint.cyan;
  const numbers = COUNTED.filter((name) => (counts?.[name] ?? 0) > 0).map((name) => `${counts?.[name] ?? 0} ${name}`);
  const told = duplicateOf === undefined ? counts && `${counts['reported'] ?? 0} reported${numbers.length > 0 ? `: ${numbers.join(', ')}` : ''}` : `the same scan as ${duplicateOf}; nothing was counted twice`;
  return [
    `${colour(status.padEnd(10))} ${plain(file)}${tool ? ` (${plain(tool)})` : ''}`, ...(told ? [`           ${told}`] : []),
    ...problems.slice(0, 5).map(({ code, message, position }) => `           ${paint.yellow(plain(code))} ${plain(message)}${position ? paint.dim(` at ${plain(position)}`) : ''}`),
    `           ${paint.dim(`scan ${id}`)}`, '',
  ].join('\n');
}
