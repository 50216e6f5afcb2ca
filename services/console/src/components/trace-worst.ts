import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { topFindingsQuery } from '../api/queries.js';
import type { Finding, Trace } from '../api/types.js';

/** The worst open finding of each asset in view: what the left edge of a node says. One question for at most four repositories. */
export function useWorst(trace: Trace | undefined): ReadonlyMap<string, Finding> {
  const repositories = (trace?.nodes ?? []).filter((node) => node.kind === 'repository').map((node) => node.urn.slice('repo:'.length).split('#')[0] ?? '');
  const list = [...new Set(repositories)].slice(0, 4).join(',');
  const found = useQuery({ ...topFindingsQuery({ repository: list }, 200), enabled: list !== '' });
  return useMemo(() => {
    const worst = new Map<string, Finding>();
    for (const finding of found.data?.items ?? []) {
      const before = worst.get(finding.asset);
      if (!before || (finding.score ?? 0) > (before.score ?? 0)) worst.set(finding.asset, finding);
    }
    return worst;
  }, [found.data]);
}
