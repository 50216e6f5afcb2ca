import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { assetsQuery, durableQuery } from '../api/queries.js';
import type { Asset, Durable } from '../api/types.js';
import { Command, Empty, Failure, Mono, Skeletons } from '../components/bits.js';
import { Chip } from '../components/marks.js';
import { teamCommand } from '../lib/commands.js';
import { sentenceCase } from '../lib/format.js';

const KINDS = [['services', 'Services'], ['repositories', 'Repositories'], ['applications', 'Applications'], ['teams', 'Teams'], ['environments', 'Environments'], ['ownership-rules', 'Ownership rules']] as const;
/** Kinds that are observed rather than declared: the nodes of the chain. */
const OBSERVED: Readonly<Record<string, string>> = { services: 'service', repositories: 'repository' };
/** The filter of the findings list that a kind stands for. */
const FILTER: Readonly<Record<string, string>> = { services: 'service', applications: 'application', teams: 'team', environments: 'environment' };
const HIDDEN = new Set(['slug', 'name', 'tenantId', 'version', 'createdAt', 'updatedAt', 'changedAt', 'author', 'reason', 'id', 'exposure', 'exposed', 'deployed', 'urn']);

export function Inventory(): ReactElement {
  const { kind } = useParams({ from: '/app/inventory/$kind' });
  const node = OBSERVED[kind];
  const observed = useQuery({ ...assetsQuery(node ?? ''), enabled: node !== undefined });
  const declared = useQuery({ ...durableQuery(kind), enabled: node === undefined });
  const list = node === undefined ? declared : observed;
  const label = KINDS.find(([id]) => id === kind)?.[1] ?? sentenceCase(kind);
  return (
    <div className="page">
      <header className="page-head"><h1>Inventory</h1></header>
      <nav className="tabs" aria-label="Kinds">{KINDS.map(([id, name]) => <Link key={id} to="/inventory/$kind" params={{ kind: id }} activeProps={{ className: 'active' }}>{name}</Link>)}</nav>
      <section className="panel" aria-label={label}>
        {list.isError ? <div className="panel-body"><Failure error={list.error} what={label} retry={() => void list.refetch()} /></div>
          : !list.data ? <div className="panel-body"><Skeletons rows={6} /></div>
            : list.data.items.length === 0 ? <Empty title={`No ${label.toLowerCase()} yet`}><p className="muted">They appear with the first scan that names one, with a connector, or by a call:</p><Command>{teamCommand(location.origin)}</Command></Empty>
              : node !== undefined ? <AssetTable kind={kind} assets={observed.data?.items ?? []} /> : <DurableTable kind={kind} items={declared.data?.items ?? []} />}
      </section>
    </div>
  );
}

function AssetTable({ kind, assets }: { readonly kind: string; readonly assets: readonly Asset[] }): ReactElement {
  const attributes = TELLING.filter((name) => assets.some((asset) => cellText(asset.attributes?.[name]) !== '')).slice(0, 4);
  const findings = (asset: Asset): Record<string, string> => (kind === 'repositories' ? { repository: asset.urn.slice('repo:'.length) } : { service: asset.name });
  return (
    <div className="table-wrap"><table className="table cards-narrow">
      <thead><tr><th scope="col">Name</th>{attributes.map((name) => <th key={name} scope="col">{sentenceCase(name)}</th>)}<th scope="col">URN</th><th scope="col"><span className="sr">Open</span></th></tr></thead>
      <tbody>{withoutGroups(assets).map((asset) => (
        <tr key={asset.urn}>
          <td data-label="Name"><span className="row-wrap"><span className="strong">{kind === 'repositories' ? asset.urn.replace(/^repo:[^/]+\//, '') : asset.name}</span>{asset.attributes?.['resolved'] === false && <span className="tag dashed">not described yet</span>}</span></td>
          {attributes.map((name) => <td key={name} data-label={sentenceCase(name)}><Mono text={cellText(asset.attributes?.[name])} max={32} copy={false} /></td>)}
          <td data-label="URN"><Mono text={asset.urn} max={44} /></td>
          <td data-label="Open"><span className="row-wrap"><Link to="/findings" search={findings(asset)}>Findings</Link><Link to="/trace" search={{ from: asset.urn }}>Trace</Link></span></td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

/** The attributes that a reader of a list asks for; the trace's panel has the rest. */
const TELLING = ['environment', 'launchType', 'runningCount', 'desiredCount', 'status', 'visibility', 'defaultBranch', 'archived'] as const;

/** A durable service (`service:pay`) stands in the list only where nothing running bears its name. */
function withoutGroups(assets: readonly Asset[]): readonly Asset[] {
  const running = new Set(assets.filter((asset) => asset.urn.split(':').length > 2).map((asset) => asset.name));
  return assets.filter((asset) => asset.urn.split(':').length > 2 || !running.has(asset.name));
}

function DurableTable({ kind, items }: { readonly kind: string; readonly items: readonly Durable[] }): ReactElement {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item).filter((name) => !HIDDEN.has(name) && cellText(item[name]) !== '')))].slice(0, 4);
  const exposure = items.some((item) => typeof item['exposure'] === 'string');
  const filter = FILTER[kind];
  return (
    <div className="table-wrap"><table className="table cards-narrow">
      <thead><tr><th scope="col">Name</th>{exposure && <th scope="col">Exposed</th>}{columns.map((name) => <th key={name} scope="col">{sentenceCase(name)}</th>)}<th scope="col"><span className="sr">Open</span></th></tr></thead>
      <tbody>{items.map((item) => (
        <tr key={item.slug}>
          <td data-label="Name"><span className="stack-tight"><span className="strong">{item.name ?? item.slug}</span>{item.name && item.name !== item.slug && <span className="meta">{item.slug}</span>}</span></td>
          {exposure && <td data-label="Exposed"><Chip value={triOf(item['exposure'])} /></td>}
          {columns.map((name) => <td key={name} data-label={sentenceCase(name)}><Mono text={cellText(item[name])} max={40} copy={false} /></td>)}
          <td data-label="Open"><span className="row-wrap">{filter && <Link to="/findings" search={{ [filter]: item.slug }}>Findings</Link>}{traceOf(kind, item) && <Link to="/trace" search={{ from: traceOf(kind, item) }}>Trace</Link>}</span></td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

const triOf = (exposure: unknown): 'yes' | 'no' | 'unknown' => (exposure === 'internet' || exposure === 'limited' ? 'yes' : exposure === 'internal' || exposure === 'none' ? 'no' : 'unknown');

function traceOf(kind: string, item: Durable): string | undefined {
  if (typeof item['urn'] === 'string') return item['urn'];
  return kind === 'teams' ? `team:${item.slug}` : kind === 'applications' ? `application:${item.slug}` : undefined;
}

function cellText(value: unknown): string {
  if (Array.isArray(value)) return value.map(cellText).filter(Boolean).join(', ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
