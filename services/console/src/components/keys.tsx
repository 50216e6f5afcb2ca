import { useEffect, useRef } from 'react';
import { preference } from '../lib/preferences.js';

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Single-key shortcuts: never while typing, never with a modifier, and all off when the reader says so (WCAG 2.1.4). */
export function useKeys(keys: KeyMap, active = true): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!active) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || preference('keys') === 'off') return;
      if (isTyping(event.target, event.key) || document.querySelector('dialog[open]')) return;
      const action = current.current[event.key === ' ' ? 'space' : event.key];
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [active]);
}

function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return target.getAttribute('type') !== 'checkbox' || key === ' ';
  // Buttons and links keep what Enter and space mean to them.
  return (key === 'Enter' || key === ' ') && ['BUTTON', 'A', 'SUMMARY'].includes(target.tagName);
}

export const KEY_HELP: readonly (readonly [string, readonly (readonly [readonly string[], string])[]])[] = [
  ['Everywhere', [[['⌘', 'K'], 'search, go to an id'], [['?'], 'this map'], [['g', 't'], 'Today'], [['g', 'f'], 'Findings'], [['g', 'r'], 'Trace'], [['g', 'i'], 'Inventory'], [['g', 'c'], 'Collect'], [['g', 'a'], 'Admin']]],
  ['Lists', [[['j'], 'next'], [['k'], 'previous'], [['x'], 'select'], [['space'], 'peek'], [['enter'], 'open'], [['/'], 'filter'], [['esc'], 'close']]],
  ['A finding', [[['w'], 'why this score'], [['r'], 'where it runs'], [['f'], 'fix'], [['e'], 'evidence'], [['o'], 'observations'], [['h'], 'history'], [['m'], 'merge'], [['s'], 'split'], [['a'], 'owner'], [['t'], 'ticket']]],
  ['Trace', [[['←', '→'], 'along the lines, thing by thing'], [['↑', '↓'], 'in a column'], [['enter'], 'facts and evidence'], [['v'], 'picture or list'], [['d'], 'turn the direction'], [['['], 'previous event'], [[']'], 'next event'], [['n'], 'next path']]],
];
