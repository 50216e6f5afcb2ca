/** Opened stacks in the address: `stack-3-service*2,stack-3-task`. */
export function readOpen(text: string | undefined): ReadonlyMap<string, number> {
  return new Map((text ?? '').split(',').filter(Boolean).map((one) => { const [id = '', times] = one.split('*'); return [id, Math.min(50, Math.max(1, Number(times) || 1))]; }));
}

/** The same with one portion more of a stack. */
export function openMore(text: string | undefined, id: string): string {
  const open = new Map(readOpen(text));
  open.set(id, (open.get(id) ?? 0) + 1);
  return [...open].map(([one, times]) => (times > 1 ? `${one}*${times}` : one)).join(',');
}
