import type { Band as BandWord, Severity as SeverityWord, Tristate } from '@throughline/domain';
import type { ReactElement } from 'react';
import { sentenceCase } from '../lib/format.js';
import { whole } from '../lib/waterfall.js';

const SHAPES: Readonly<Record<BandWord, ReactElement>> = {
  act: <path d="M5 0.500 10 9.500H0Z" fill="currentColor" />,
  attend: <path d="M5 0 10 5 5 10 0 5Z" fill="currentColor" />,
  track: <circle cx="5" cy="5" r="4.500" fill="currentColor" />,
  defer: <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.500" />,
};

export function BandShape({ band }: { readonly band: BandWord }): ReactElement {
  return <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">{SHAPES[band]}</svg>;
}

/** The urgency of something: shape, word and score, so that colour is never alone. */
export function Band({ band, score, big = false }: { readonly band: BandWord | null; readonly score?: number | null; readonly big?: boolean }): ReactElement {
  if (band === null) return <span className={`band none${big ? ' big' : ''}`}>Not scored</span>;
  return (
    <span className={`band ${band}${big ? ' big' : ''}`}>
      <BandShape band={band} />
      {score !== undefined && <span className="score">{whole(score)}</span>}
      <span>{sentenceCase(band)}</span>
    </span>
  );
}

const MARKS: Readonly<Record<Tristate, ReactElement>> = {
  yes: <path d="m2.500 6.500 2.500 2.500 5-6" />,
  no: <><circle cx="6" cy="6" r="4.500" /><path d="m2.800 9.200 6.400-6.400" /></>,
  unknown: <path d="M4 4.500a2 2 0 1 1 2.800 1.800c-.5.3-.8.6-.8 1.300M6 9.800v.01" />,
};

/** A three-valued truth, always with its word; unknown is dashed and never looks like no. */
export function Chip({ value, label }: { readonly value: Tristate; readonly label?: string }): ReactElement {
  return (
    <span className={`chip ${value}`}>
      <svg viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.500" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">{MARKS[value]}</svg>
      {label ? <span>{label}: {value}</span> : value}
    </span>
  );
}

const LEVEL: Readonly<Record<SeverityWord, number>> = { critical: 4, high: 3, medium: 2, low: 1, info: 0, unknown: 0 };

/** Four monochrome bars and the word: severity is an input and never competes with the band. */
export function Severity({ severity, letter = false }: { readonly severity: SeverityWord; readonly letter?: boolean }): ReactElement {
  const level = LEVEL[severity];
  return (
    <span className={`severity${severity === 'unknown' ? ' q' : ''}`} title={letter ? `Severity: ${severity}` : undefined}>
      <svg viewBox="0 0 17 12" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => <rect key={bar} className={bar < level ? 'on' : ''} x={bar * 4.500} y={9 - bar * 3} width="3" height={3 + bar * 3} />)}
      </svg>
      {letter ? <><span aria-hidden="true">{severity === 'unknown' ? '?' : severity.charAt(0).toUpperCase()}</span><span className="sr">Severity {severity}</span></> : sentenceCase(severity)}
    </span>
  );
}

const STATE_TONE: Readonly<Record<string, string>> = { fixed: 'ok', reopened: 'warn', 'awaiting-verification': 'dashed', done: 'ok', partial: 'warn', rejected: 'bad', stalled: 'bad', failed: 'bad' };

/** A state word in a tag. */
export function State({ state }: { readonly state: string }): ReactElement {
  return <span className={`tag ${STATE_TONE[state] ?? ''}`}>{sentenceCase(state)}</span>;
}
