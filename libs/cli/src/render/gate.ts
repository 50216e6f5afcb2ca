import type { Verdict } from '../api/answers.js';
import { plain, type Paint } from '../terminal.js';
import { count, paragraphs } from './lines.js';

export type GateFormat = 'text' | 'json' | 'sarif' | 'markdown';

/** A verdict in the form that was asked for. Pure. */
export function renderGate(verdict: Verdict, format: GateFormat, paint: Paint): string {
  switch (format) {
    case 'json': return `${JSON.stringify(verdict, null, 2)}\n`;
    case 'sarif': return `${JSON.stringify(sarif(verdict), null, 2)}\n`;
    case 'markdown': return markdown(verdict);
    case 'text': return text(verdict, paint);
  }
}

function text({ verdict, reasons, policyVersion }: Verdict, paint: Paint): string {
  const colour = { pass: paint.green, warn: paint.yellow, block: paint.red, pending: paint.cyan }[verdict];
  return paragraphs([
    `${colour(verdict)}  ${reasons.length === 0 ? 'no new flaw counts' : count(reasons.length, 'new flaw')} ${paint.dim(`(policy ${plain(policyVersion)})`)}`,
    ...reasons.flatMap((reason) => [
      `  ${reason.effect === 'block' ? paint.red('block') : paint.yellow('warn ')} ${(reason.score ?? 0).toFixed(1)} ${plain(reason.title ?? reason.rule)} ${paint.dim(plain(reason.owner ? `team ${reason.owner}` : 'unowned'))}`,
      `        ${paint.dim(plain(`finding ${reason.finding}; ${reason.rule}`))}`,
      ...(reason.effect === 'block' ? [`        exception: ${plain(reason.howToRequestException)}`] : []),
    ]),
  ]);
}

/** A table for a comment on a pull request. What reports say is escaped: it must not become markup. */
function markdown({ verdict, reasons, policyVersion }: Verdict): string {
  const escape = (cell: string): string => plain(cell).replace(/([\\`*_{}[\]<>|#@!])/g, '\\$1');
  const rows = reasons.map((reason) => `| ${reason.effect ?? ''} | ${(reason.score ?? 0).toFixed(1)} | ${escape(reason.title ?? '')} | ${escape(reason.owner || 'unowned')} | ${escape(reason.rule)} | \`${reason.finding}\` |`);
  return paragraphs([
    `**Throughline: ${verdict}** – ${reasons.length === 0 ? 'no new flaw counts' : count(reasons.length, 'new flaw')} (policy ${escape(policyVersion)})`,
    ...(rows.length > 0 ? ['', '| | score | flaw | owner | rule | finding |', '|---|---|---|---|---|---|', ...rows] : []),
  ]);
}

/** SARIF 2.1.0 for the code-scanning pages of CI systems: one result a reason. */
function sarif({ reasons, policyVersion }: Verdict): object {
  const rules = [...new Set(reasons.map(({ rule }) => rule))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'Throughline gate', semanticVersion: '0.1.0', rules: rules.map((id) => ({ id, shortDescription: { text: id } })) } },
      results: reasons.map((reason) => ({
        ruleId: reason.rule, ruleIndex: rules.indexOf(reason.rule), level: reason.effect === 'block' ? 'error' : 'warning', message: { text: plain(reason.title ?? reason.rule) }, partialFingerprints: { 'throughlineFinding/v1': reason.finding },
        properties: { finding: reason.finding, owner: reason.owner, fix: reason.fix, score: reason.score, band: reason.band },
      })),
      properties: { policyVersion },
    }],
  };
}
