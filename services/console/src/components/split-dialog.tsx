import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { settled, splitFinding } from '../api/identity-queries.js';
import type { SeenObservation } from '../api/identity-types.js';
import type { Finding } from '../api/types.js';
import { middleCut, plural } from '../lib/format.js';
import { firstOf, observedAt, whyWords } from '../lib/identity-words.js';
import { ReasonForm } from './reason-form.js';

/** Gives observations that are another flaw a finding of their own. */
export function SplitDialog({ finding, observations, onClose }: { readonly finding: Finding; readonly observations: readonly SeenObservation[]; readonly onClose: () => void }): ReactElement {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const navigate = useNavigate();
  const client = useQueryClient();
  const split = useMutation({
    mutationFn: async (reason: string) => {
      const { created } = await splitFinding(finding.id, { observations: [...chosen], reason });
      await settled(created, () => true);
      return created;
    },
    onSuccess: async (created) => {
      await client.invalidateQueries({ queryKey: ['finding', finding.id] });
      onClose();
      void navigate({ to: '/findings/$id', params: { id: created } });
    },
  });
  const first = firstOf(observations);
  const left = observations.length - chosen.size;
  const toggle = (id: string): void => setChosen((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next; });
  const missing = chosen.size === 0 ? 'Choose the observations that are another flaw.' : left === 0 ? 'Leave at least one observation with this finding.' : '';
  return (
    <ReasonForm title="Split this finding" action="Split" placeholder="Two queries; only one of them takes user input" missing={missing} pending={split.isPending} error={split.error} onClose={onClose} onSubmit={(reason) => split.mutate(reason)}
      says={<>{chosen.size > 0 ? <>{plural(chosen.size, 'observation')} will be a finding of {chosen.size === 1 ? 'its' : 'their'} own; {left} {left === 1 ? 'stays' : 'stay'} here.</> : 'The chosen observations will be a finding of their own.'} Later scans keep them apart, and the new finding has its own score, clock and ticket. A merge undoes it.</>}>
      <fieldset className="choices"><legend>Observations that are another flaw</legend>
        {observations.map((one) => (
          <label key={one.id} className="choice-row"><input type="checkbox" checked={chosen.has(one.id)} onChange={() => toggle(one.id)} />
            <span className="stack-tight"><span><b className="strong">{one.tool}</b> <span className="mono-text">{middleCut(one.rule, 48)}</span>{!one.present && <> <span className="tag dashed">gone</span></>}</span><span className="mono-text break">{middleCut(observedAt(one), 72)}</span><span className="meta">{whyWords(one.join, one === first).text}</span></span>
          </label>
        ))}
      </fieldset>
    </ReasonForm>
  );
}
