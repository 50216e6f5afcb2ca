import { type ReactElement, useState } from 'react';
import { preference, setPreference } from '../lib/preferences.js';
import { KEY_HELP } from './keys.js';
import { Modal } from './modal.js';

export function KeyMapDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [on, setOn] = useState(preference('keys') !== 'off');
  return (
    <Modal label="Keyboard map" onClose={onClose}>
      <div className="panel-head">
        <h2>Keyboard</h2>
        <label className="row"><input type="checkbox" checked={on} onChange={(event) => { setOn(event.target.checked); setPreference('keys', event.target.checked ? 'on' : 'off'); }} /> Single-key shortcuts</label>
      </div>
      <div className="keymap" tabIndex={0}>
        {KEY_HELP.map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>{keys.map(([caps, what]) => [<dt key={`${what}-key`}>{caps.map((cap) => <kbd key={cap}>{cap}</kbd>)}</dt>, <dd key={what}>{what}</dd>])}</dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
