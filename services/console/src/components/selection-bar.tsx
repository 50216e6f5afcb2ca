import type { ReactElement } from 'react';
import type { Finding } from '../api/types.js';
import { findingsCsv } from '../lib/csv.js';
import { place, plural } from '../lib/format.js';
import { Copy } from './bits.js';

/** What can be done with the chosen rows today: take them elsewhere. Bulk decisions join when the platform offers them. */
export function SelectionBar({ rows, onClear }: { readonly rows: readonly Finding[]; readonly onClear: () => void }): ReactElement {
  const links = rows.map((one) => `${one.title} (${place(one)}): ${location.origin}/findings/${one.id}`).join('\n');
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([findingsCsv(rows)], { type: 'text/csv' }));
    const anchor = document.createElement('a');
    anchor.href = url;
    anchor.download = 'findings.csv';
    anchor.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="selection-bar" role="region" aria-label="Selected findings">
      <span className="strong">{plural(rows.length, 'finding')} selected</span>
      <span className="row copy-labelled"><Copy text={links} label="Copy links" /> Copy links</span>
      <button type="button" className="button small" onClick={save}>Save as CSV</button>
      <button type="button" className="button quiet small" onClick={onClear}>Clear</button>
    </div>
  );
}
