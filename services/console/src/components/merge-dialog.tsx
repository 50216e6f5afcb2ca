import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useDeferredValue, useState } from 'react';
import { mergeFindings, settled, siblingsQuery } from '../api/identity-queries.js';
import type { Finding } from '../api/types.js';
import { place, plural, shortName } from '../lib/format.js';
import { Band, State } from './marks.js';
import { ReasonForm } from './reason-form.js';

/** Joins findings of the same asset into this one; candidates that the platform names come first. */
export function MergeDialog({ finding, candidates, onClose }: { readonly finding: Finding; readonly candidates: readonly string[]; readonly onClose: () => void }): ReactElement {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlyMap<string, Finding>>(new Map());
  const found = useQuery(siblingsQuery(finding.asset, useDeferredValue(text.trim())));
  const client = useQueryClient();
  const merge = useMutation({
    mutationFn: async (reason: string) => {
      await mergeFindings(finding.id, { findings: [...chosen.keys()], reason });
      await Promise.all([...chosen.keys()].map((id) => settled(id, (one) => one.status === 'retired')));
    },
    onSuccess: async () => { await client.invalidateQueries({ queryKey: ['finding'] }); onClose(); },
  });
  const others = (found.data?.items ?? []).filter((one) => one.id !== finding.id && !chosen.has(one.id));
  const rows = [...chosen.values(), ...others.sort((a, b) => Number(candidates.includes(b.id)) - Number(candidates.includes(a.id)))];
  const toggle = (one: Finding): void => setChosen((before) => { const next = new Map(before); if (!next.delete(one.id)) next.set(one.id, one); return next; });
  return (
    <ReasonForm title="Merge into this finding" action="Merge" placeholder="Both tools flag the same query" missing={chosen.size === 0 ? 'Choose the findings that are the same flaw.' : ''} pending={merge.isPending} error={merge.error} onClose={onClose} onSubmit={(reason) => merge.mutate(reason)}
      says={<>{chosen.size > 0 ? plural(chosen.size, 'finding') : 'The chosen findings'} will be part of this one with all observations; the earliest clock stays, and later scans keep them joined. A split undoes it.</>}>
      <div className="form-field"><label htmlFor="merge-text">Findings of {shortName(finding.asset)}</label><input id="merge-text" type="text" className="field" value={text} placeholder="Title, path, package, id" autoComplete="off" onChange={(event) => setText(event.target.value)} /></div>
      <fieldset className="choices"><legend className="sr">Findings that are the same flaw</legend>
        {rows.length === 0 && <p className="muted">{found.isError ? 'The findings could not be read.' : found.data ? 'No other finding of this asset matches.' : 'Looking …'}</p>}
        {rows.map((one) => (
          <label key={one.id} className="choice-row"><input type="checkbox" checked={chosen.has(one.id)} onChange={() => toggle(one)} />
            <span className="stack-tight"><span className="strong break">{one.title}</span><span className="mono-text break">{place(one)}</span><span className="row-wrap meta"><Band band={one.band} score={one.score} /><State state={one.status} />{one.tools.join(', ')}{candidates.includes(one.id) && <span className="tag dashed">named as a candidate</span>}</span></span>
          </label>
        ))}
      </fieldset>
    </ReasonForm>
  );
}
