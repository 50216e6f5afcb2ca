import type { Explanation, Finding } from '../api/answers.js';
import { plain, type Paint } from '../terminal.js';
import { bandPaint, identifierOf, placeOf } from './findings.js';
import { columns, paragraphs } from './lines.js';

const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ' '}${Math.abs(value).toFixed(2)}`;

/** Each factor with its contribution; the contributions add up to the score. Pure. */
export function renderExplanation(finding: Finding, { score, band, formulaVersion, summary, factors, ssvc, ssvcNote, counterfactuals }: Explanation, paint: Paint): string {
  const sum = factors.reduce((hundredths, factor) => hundredths + Math.round(factor.contribution * 100), 0) / 100;
  const rows = factors.map((factor) => [signed(factor.contribution).padStart(7), factor.name, factor.value, `${factor.source}${factor.observedAt ? `, ${factor.observedAt.slice(0, 10)}` : ''}`].map(plain));
  const changes = [...counterfactuals].sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
  return paragraphs([
    `${bandPaint(band, paint)(`${score.toFixed(2)} ${band}`)}  ${paint.bold(plain(finding.title))}`,
    paint.dim(plain([identifierOf(finding), placeOf(finding), finding.service || finding.repository, finding.team ? `team ${finding.team}` : 'unowned'].filter(Boolean).join(' · '))),
    ...(summary ? ['', plain(summary)] : []), '',
    ...columns(rows).map((line) => `  ${line}`), `  ${sum.toFixed(2).padStart(7)}  ${paint.dim(`sum; formula ${plain(formulaVersion)}`)}`,
    ...(ssvc ? ['', `SSVC: ${plain(ssvc.decision)}${ssvcNote ? ` (${plain(ssvcNote)})` : ''}`] : []),
    ...(changes.length > 0 ? ['', 'It would be', ...changes.map(({ text }) => `  ${plain(text)}`)] : []),
  ]);
}
