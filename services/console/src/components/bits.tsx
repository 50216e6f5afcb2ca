import { type ReactElement, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { ApiError } from '../api/client.js';
import { due, middleCut, relativeTime, safeUrl, utc } from '../lib/format.js';
import { Icon } from './icons.js';

/** One clock for every relative time on the page, so that they change together and rarely. */
let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => { now = Date.now(); listeners.forEach((listener) => listener()); }, 30_000);
export function useNow(): number {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => now);
}

export function Time({ at }: { readonly at: string | null | undefined }): ReactElement {
  const time = useNow();
  if (!at) return <span className="muted">never</span>;
  return <time dateTime={at} title={utc(at)}>{relativeTime(at, time) || at}</time>;
}

export function DueText({ at }: { readonly at: string | null }): ReactElement {
  const time = due(at, useNow());
  return <span className={`due-${time.state} nowrap`} title={at ? `Due ${utc(at)}` : undefined}>{time.text}</span>;
}

/** Start to due with a tick for today. */
export function SlaBar({ start, dueAt }: { readonly start: string; readonly dueAt: string | null }): ReactElement {
  const time = useNow();
  const state = due(dueAt, time);
  if (!dueAt || state.state === 'none') return <span className="muted">No SLA applies.</span>;
  const from = Date.parse(start), to = Date.parse(dueAt);
  const share = Math.min(1, Math.max(0, (time - from) / Math.max(1, to - from)));
  const width = `${share * 100}%`;
  return (
    <div className="sla">
      <div className="row between"><DueText at={dueAt} /><span className="meta">{utc(dueAt)}</span></div>
      <div className={`sla-bar ${state.state}`} aria-hidden="true"><i style={{ width }} /><b style={{ left: `calc(${width} - 1px)` }} /></div>
    </div>
  );
}

export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }): ReactElement {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button type="button" className="copy" aria-label={copied ? 'Copied' : label} onClick={(event) => {
      event.preventDefault();
      event.stopPropagation();
      void navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined);
    }}>
      <Icon name={copied ? 'check' : 'copy'} size={14} />
    </button>
  );
}

/** A path, digest, purl or id: mono, cut in the middle, whole on hover, copied on demand. */
export function Mono({ text, max = 64, copy = true }: { readonly text: string; readonly max?: number; readonly copy?: boolean }): ReactElement {
  if (!text) return <span className="muted">–</span>;
  return (
    <span className="copyable">
      <span className={`mono-text${max <= 16 ? ' nowrap' : ''}`} title={text.length > max ? text : undefined}>{middleCut(text, max)}</span>
      {copy && <Copy text={text} label={`Copy ${middleCut(text, 40)}`} />}
    </span>
  );
}

export function Command({ children }: { readonly children: string }): ReactElement {
  return <div className="command"><pre tabIndex={0}>{children}</pre><Copy text={children} label="Copy the command" /></div>;
}

/** Text from outside as a link only when it is a web address; inert text otherwise. */
export function Outside({ url, children }: { readonly url: string | null | undefined; readonly children?: ReactNode }): ReactElement {
  const href = safeUrl(url);
  const text = children ?? url;
  if (!href) return <span>{text}</span>;
  return <a href={href} target="_blank" rel="noopener noreferrer">{text}<span className="sr"> (opens in a new tab)</span></a>;
}

export function Skeleton({ height = 16, width = '100%' }: { readonly height?: number; readonly width?: number | string }): ReactElement {
  return <span className="skeleton" style={{ height, width }} aria-hidden="true" />;
}

export function Skeletons({ rows, height = 48 }: { readonly rows: number; readonly height?: number }): ReactElement {
  return <div className="stack-s" role="status"><span className="sr">Loading</span>{Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={height - 8} />)}</div>;
}

/** Never a toast: a line above the numbers it affects, with its remedy. */
export function DataWarning({ children, remedy, gap = false }: { readonly children: ReactNode; readonly remedy?: ReactNode; readonly gap?: boolean }): ReactElement {
  return (
    <div className={`warning-line${gap ? ' gap' : ''}`}>
      <Icon name={gap ? 'question' : 'warning'} size={16} />
      <p className="grow">{children}</p>
      {remedy}
    </div>
  );
}

export function Failure({ error, what, holds, retry }: { readonly error: unknown; readonly what: string; readonly holds?: string; readonly retry?: () => void }): ReactElement {
  const problem = error instanceof ApiError ? error : undefined;
  return (
    <div className="error" role="alert">
      <h3>{what} could not be read</h3>
      <p className="muted">{explain(problem, error)} {holds}</p>
      <div className="row-wrap">
        {retry && <button type="button" className="button small" onClick={retry}>Try again</button>}
        {problem?.traceId && <span className="meta">Trace id <Mono text={problem.traceId} max={40} /></span>}
      </div>
    </div>
  );
}

function explain(problem: ApiError | undefined, error: unknown): string {
  if (!problem) return error instanceof Error ? error.message : 'Something unexpected happened.';
  if (problem.status === 0) return 'The platform does not answer. Is it running?';
  if (problem.status === 403) return 'Your token may not see this.';
  if (problem.status === 404) return 'The platform knows nothing under this address.';
  if (problem.status === 503) return `A service is starting or overloaded (${problem.message}).`;
  return `${problem.message} (${problem.code})`;
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactElement {
  return <div className="empty"><h2>{title}</h2>{children}</div>;
}
