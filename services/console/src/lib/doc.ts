/** A block of a document of least permissions. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string } | { readonly kind: 'text'; readonly text: string } | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly text: string; readonly language: string } | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** The few shapes that our own documents use; text stays text, nothing in it becomes markup. */
export function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const [block, next] = blockAt(lines, at);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

export interface Section { readonly title: string; readonly blocks: readonly Block[] }

/** The text before the first second-level heading, then a section for each; the document's own title is left out. */
export function sectionsOf(blocks: readonly Block[]): readonly Section[] {
  const sections: { title: string; blocks: Block[] }[] = [{ title: '', blocks: [] }];
  for (const block of blocks) {
    if (block.kind === 'heading' && block.level === 2) sections.push({ title: block.text, blocks: [] });
    else if (block.kind !== 'heading' || block.level > 2) sections.at(-1)?.blocks.push(block);
  }
  return sections;
}

function blockAt(lines: readonly string[], at: number): readonly [Block | undefined, number] {
  const line = lines[at] ?? '';
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (line.trim() === '') return [undefined, at + 1];
  if (heading) return [{ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }, at + 1];
  if (line.startsWith('```')) return code(lines, at);
  if (line.startsWith('|')) { const end = runOf(lines, at, (one) => one.startsWith('|')); return [table(lines.slice(at, end)), end]; }
  if (/^\s*([-*]|\d+\.)\s/.test(line)) { const end = runOf(lines, at, (one) => /^\s*([-*]|\d+\.)\s|^\s{2,}\S/.test(one)); return [{ kind: 'list', items: itemsIn(lines.slice(at, end)) }, end]; }
  const end = runOf(lines, at, (one) => one.trim() !== '' && !/^(#|```|\||\s*[-*]\s)/.test(one));
  return [{ kind: 'text', text: lines.slice(at, Math.max(end, at + 1)).join(' ') }, Math.max(end, at + 1)];
}

function runOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1;
  return end;
}

function code(lines: readonly string[], at: number): readonly [Block, number] {
  const end = lines.findIndex((line, index) => index > at && line.startsWith('```'));
  const last = end < 0 ? lines.length : end;
  return [{ kind: 'code', language: (lines[at] ?? '').slice(3).trim(), text: lines.slice(at + 1, last).join('\n') }, last + 1];
}

const cells = (line: string): readonly string[] => line.replace(/^\||\|\s*$/g, '').split('|').map((cell) => cell.trim());

function table(lines: readonly string[]): Block {
  const [head = '', , ...rows] = lines;
  return { kind: 'table', head: cells(head), rows: rows.map(cells) };
}

function itemsIn(lines: readonly string[]): readonly string[] {
  const items: string[] = [];
  for (const line of lines) {
    const start = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
    if (start) items.push(start[1] ?? '');
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return items;
}
