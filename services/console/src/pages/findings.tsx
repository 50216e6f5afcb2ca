import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { findingsQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { Empty, Failure } from '../components/bits.js';
import { FilterBar } from '../components/filter-bar.js';
import { FindingHead, FindingRow, FindingRowSkeletons } from '../components/finding-row.js';
import { useKeys } from '../components/keys.js';
import { Peek } from '../components/peek.js';
import { SelectionBar } from '../components/selection-bar.js';
import { count } from '../lib/format.js';
import { filtersOf, type FindingsSearch } from '../lib/findings-url.js';

export function Findings(): ReactElement {
  const search = useSearch({ from: '/app/findings' });
  const navigate = useNavigate({ from: '/findings' });
  const query = useInfiniteQuery(findingsQuery(search));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const [at, setAt] = useState(-1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const filterKey = JSON.stringify(filtersOf(search));
  useEffect(() => { setAt(-1); setSelected(new Set()); }, [filterKey]);
  const peekAt = useCallback((id: string | undefined) => void navigate({ search: (old: FindingsSearch) => ({ ...old, peek: id }), replace: true }), [navigate]);
  const toggle = useCallback((id: string) => setSelected((old) => { const next = new Set(old); if (!next.delete(id)) next.add(id); return next; }), []);
  useListKeys({ rows, at, setAt, toggle, peek: search.peek, peekAt });
  const peeked = rows.find((one) => one.id === search.peek);
  const change = (next: FindingsSearch): void => void navigate({ search: next });
  return (
    <div className="page findings">
      <header className="page-head">
        <h1>Findings</h1>
        <p className="meta" role="status">{query.data ? `${count(rows.length)}${query.hasNextPage ? '+' : ''} shown, worst first` : ' '}</p>
      </header>
      <FilterBar search={search} onChange={change} />
      <section className="panel rows-panel" aria-label="Ranked findings">
        <FindingHead selectable />
        {query.isError && rows.length === 0 ? <div className="panel-body"><Failure error={query.error} what="The findings" retry={() => void query.refetch()} /></div>
          : !query.data ? <FindingRowSkeletons rows={12} selectable />
            : rows.length === 0 ? <NoFindings search={search} onChange={change} />
              : <Rows rows={rows} at={at} selected={selected} onSelect={toggle} onFocus={setAt} more={query.hasNextPage} loadMore={() => { if (!query.isFetchingNextPage) void query.fetchNextPage(); }} />}
      </section>
      {selected.size > 0 && <SelectionBar rows={rows.filter((one) => selected.has(one.id))} onClear={() => setSelected(new Set())} />}
      {peeked && <Peek finding={peeked} onClose={() => peekAt(undefined)} />}
    </div>
  );
}

interface ListKeys { readonly rows: readonly Finding[]; readonly at: number; readonly setAt: (at: number) => void; readonly toggle: (id: string) => void; readonly peek: string | undefined; readonly peekAt: (id: string | undefined) => void }

function useListKeys({ rows, at, setAt, toggle, peek, peekAt }: ListKeys): void {
  const navigate = useNavigate();
  const current = rows[at];
  const move = (step: number): void => {
    const next = Math.min(Math.max(at + step, 0), rows.length - 1);
    setAt(next);
    if (peek && rows[next]) peekAt(rows[next].id);
  };
  useKeys({
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    x: () => { if (current) toggle(current.id); },
    space: () => { if (current) peekAt(peek === current.id ? undefined : current.id); },
    Enter: () => { if (current) void navigate({ to: '/findings/$id', params: { id: current.id } }); },
    Escape: () => peekAt(undefined),
    '/': () => document.querySelector<HTMLInputElement>('#filter-text')?.focus(),
  });
}

interface RowsProps { readonly rows: readonly Finding[]; readonly at: number; readonly selected: ReadonlySet<string>; readonly onSelect: (id: string) => void; readonly onFocus: (at: number) => void; readonly more: boolean; readonly loadMore: () => void }

/** Only what is in view is in the document; heights are measured, as rows wrap on a narrow screen. */
function Rows({ rows, at, selected, onSelect, onFocus, more, loadMore }: RowsProps): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => { setOffset((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY); }, []);
  const narrow = window.innerWidth < 900;
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => (narrow ? 128 : 56), overscan: 8, scrollMargin: offset, getItemKey: (index) => rows[index]?.id ?? index });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => { if (more && last >= rows.length - 20) loadMore(); }, [last, more, rows.length, loadMore]);
  useEffect(() => { if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' }); }, [at, virtual]);
  return (
    <ul className="rows virtual" ref={list} style={{ height: virtual.getTotalSize() }}>
      {seen.map((item) => {
        const finding = rows[item.index];
        if (!finding) return null;
        return (
          <FindingRow key={item.key} finding={finding} index={item.index} measure={virtual.measureElement} style={{ transform: `translateY(${item.start - offset}px)` }}
            active={item.index === at} selected={selected.has(finding.id)} onSelect={onSelect} onFocus={onFocus} />
        );
      })}
    </ul>
  );
}

function NoFindings({ search, onChange }: { readonly search: FindingsSearch; readonly onChange: (search: FindingsSearch) => void }): ReactElement {
  const filtered = Object.keys(filtersOf(search)).length > 0;
  if (!filtered) return <Empty title="No open finding"><p className="muted">Upload a report to see its findings ranked here, or look at closed ones.</p><div className="row-wrap"><a className="button primary" href="/setup">Set up</a><button type="button" className="button" onClick={() => onChange({ status: 'all' })}>Show all states</button></div></Empty>;
  return <Empty title="Nothing matches these filters"><p className="muted">Only open findings are shown unless a state is chosen.</p><div className="row-wrap"><button type="button" className="button primary" onClick={() => onChange({})}>Clear the filters</button>{search.status !== 'all' && <button type="button" className="button" onClick={() => onChange({ ...search, status: 'all' })}>Look in all states</button>}</div></Empty>;
}
