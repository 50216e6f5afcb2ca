import type { ReactElement } from 'react';
import type { Explanation } from '../api/types.js';
import { sentenceCase, utc } from '../lib/format.js';
import { exact, type WaterfallRow, waterfall, whole } from '../lib/waterfall.js';
import { BandShape } from './marks.js';

/** Factor, value, bar from the running total, contribution; a table, so that a screen reader has it all. */
export function WaterfallView({ explanation, brief = false }: { readonly explanation: Explanation; readonly brief?: boolean }): ReactElement {
  const picture = waterfall(explanation.factors);
  const high = Math.max(picture.high, brief ? 1 : 100);
  const x = (value: number): number => ((value - picture.low) / (high - picture.low)) * 100;
  return (
    <table className={`waterfall${brief ? ' brief' : ''}`}>
      <caption className="sr">How the score comes about; contributions sum to {whole(explanation.score)}</caption>
      <thead><tr><th scope="col">Factor</th>{!brief && <th scope="col">Value</th>}<th scope="col"><span className="sr">Bar</span></th><th scope="col" className="num">Points</th></tr></thead>
      <tbody>
        {picture.rows.map((row) => <Row key={row.factor.name} row={row} x={x} brief={brief} whatIf={telling(explanation, row.factor.name)} />)}
        <tr className="total">
          <th scope="row">Score</th>{!brief && <td className="meta">{explanation.formulaVersion ? `Formula ${explanation.formulaVersion}` : ''}</td>}
          <td><div className="wf-track" aria-hidden="true"><i className="wf-bar total" style={{ left: `${x(0)}%`, width: `${x(picture.total) - x(0)}%` }} /></div></td>
          <td className="num strong">{explanation.score.toFixed(2)}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** What-ifs that would move the score by five points or more, the strongest two. */
function telling({ counterfactuals, score }: Explanation, factor: string): Explanation['counterfactuals'] {
  const effect = (one: Explanation['counterfactuals'][number]): number => Math.abs(one.score - score);
  return counterfactuals.filter((one) => one.factor === factor && effect(one) >= 5).sort((a, b) => effect(b) - effect(a)).slice(0, 2);
}

interface RowProps { readonly row: WaterfallRow; readonly x: (value: number) => number; readonly brief: boolean; readonly whatIf: Explanation['counterfactuals'] }

function Row({ row, x, brief, whatIf }: RowProps): ReactElement {
  const from = x(Math.min(row.from, row.to)), to = x(Math.max(row.from, row.to));
  const { factor } = row;
  return (
    <tr className={row.tone}>
      <th scope="row">{sentenceCase(factor.name)}</th>
      {!brief && (
        <td>
          <span className="wf-value">{factor.value}</span>
          <span className="meta wf-source" title={factor.observedAt ? `Observed ${utc(factor.observedAt)}` : undefined}>{factor.source}</span>
          {whatIf.map((one) => <span key={one.text} className="meta wf-if">{one.text}: <BandShape band={one.band} /> {whole(one.score)} {sentenceCase(one.band)}</span>)}
        </td>
      )}
      <td><div className="wf-track" aria-hidden="true"><i className={`wf-bar ${row.tone}`} style={{ left: `${from}%`, width: `max(2px, ${to - from}%)` }} /></div></td>
      <td className="num">{factor.contribution === 0 ? '0' : exact(factor.contribution)}</td>
    </tr>
  );
}

