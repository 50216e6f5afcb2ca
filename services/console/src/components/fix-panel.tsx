import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { fixQuery } from '../api/queries.js';
import type { Finding } from '../api/types.js';
import { plural, shortName } from '../lib/format.js';
import { Command, Failure, Skeleton } from './bits.js';

export function FixPanel({ finding }: { readonly finding: Finding }): ReactElement {
  const fix = useQuery({ ...fixQuery(finding.fixId ?? ''), enabled: Boolean(finding.fixId) });
  if (fix.isError) return <Failure error={fix.error} what="The fix" retry={() => void fix.refetch()} />;
  if (finding.fixId && !fix.data && fix.isPending) return <Skeleton height={72} />;
  const shown = fix.data ?? finding.fix;
  const closes = fix.data?.findings?.length ?? 1;
  return (
    <div className="stack">
      <p className="strong">{shown?.title || fallback(finding)}</p>
      {shown?.detail && (looksLikeCommand(shown.detail) ? <Command>{shown.detail}</Command> : <p className="prewrap">{shown.detail}</p>)}
      {finding.remediation && finding.remediation !== shown?.detail && <details><summary className="muted">What the tool advises</summary><p className="prewrap">{finding.remediation}</p></details>}
      <p className="muted">
        Verified by the scanner: a complete scan that no longer shows it starts verification, a second one closes it.
        {closes > 1 && <> This change also closes {plural(closes - 1, 'other finding')}. {finding.component && <Link to="/findings" search={{ component: finding.component.purl, status: 'all' }}>See them</Link>}</>}
      </p>
    </div>
  );
}

function fallback(finding: Finding): string {
  const versions = finding.component?.fixedVersions ?? [];
  if (finding.component && versions.length) return `Upgrade ${shortName(finding.component.purl)} to ${versions.join(' or ')}`;
  if (finding.component) return `No fixed version of ${shortName(finding.component.purl)} is known. Replace or isolate it.`;
  return 'No fix is proposed for this finding. The evidence below shows what the tool found.';
}

const looksLikeCommand = (detail: string): boolean => /^(npm|pnpm|yarn|pip|go|mvn|gradle|docker|apt|apk|git|aws|terraform|bundle|cargo|kubectl|FROM|[-+] )/m.test(detail);
