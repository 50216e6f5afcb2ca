/** One instruction of an image's making, in a form that a Dockerfile and a layer history share. */
export interface Instruction {
  readonly word: string;
  readonly text: string;
}

const MAX_LINES = 2000;
const MAX_INSTRUCTIONS = 200;
const MAX_TEXT = 2000;

/** What a layer history keeps and a Dockerfile says in the same words. Labels and arguments are set by whoever builds. */
const KEPT: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'ENV', 'WORKDIR', 'USER', 'ENTRYPOINT', 'CMD', 'EXPOSE', 'VOLUME', 'STOPSIGNAL']);

/** The instructions of the last stage of a Dockerfile, with those of the stages that it continues. */
export function dockerfileInstructions(text: string): Instruction[] {
  const stages: { readonly name: string; readonly from: string; readonly own: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (word.toUpperCase() === 'FROM') {
      const [from = '', as = '', name = ''] = rest.replace(/--\S+\s+/g, '').trim().split(/\s+/);
      stages.push({ name: as.toLowerCase() === 'as' ? name.toLowerCase() : '', from: from.toLowerCase(), own: [] });
    } else stages.at(-1)?.own.push(...instruction(word, rest));
  }
  const chain: Instruction[][] = [];
  for (let at = stages.length - 1; at >= 0;) {
    const stage = stages[at];
    if (!stage) break;
    chain.unshift(stage.own);
    at = stages.slice(0, at).findLastIndex((earlier) => earlier.name !== '' && earlier.name === stage.from);
  }
  return chain.flat().slice(-MAX_INSTRUCTIONS);
}

/** The instructions in a layer history (`created_by` of the image's config), as the classic builder and BuildKit write them. */
export function historyInstructions(history: readonly string[]): Instruction[] {
  return history.slice(-MAX_INSTRUCTIONS).flatMap((entry) => {
    const line = entry.slice(0, MAX_TEXT * 4).replace(/\s+# buildkit\s*$/, '').trim();
    const classic = /^\/bin\/sh -c #\(nop\)\s+(\w+)\s+(.*)$/s.exec(line);
    if (classic) return instruction(classic[1] ?? '', classic[2] ?? '');
    if (line.startsWith('/bin/sh -c ')) return instruction('RUN', line.slice('/bin/sh -c '.length));
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/s.exec(line) ?? [];
    return instruction(word, rest);
  });
}

/** Comments dropped, continued lines joined. A here-document's body stays with nothing: BuildKit's history does not hold it in one form. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  let until = '';
  for (const raw of text.slice(0, 256 * 1024).split(/\r?\n/).slice(0, MAX_LINES)) {
    if (until !== '') {
      if (raw.trim() === until) until = '';
      continue;
    }
    if (/^\s*#/.test(raw) || (open === '' && raw.trim() === '')) continue;
    const continued = /\\\s*$/.test(raw);
    open += ` ${continued ? raw.replace(/\\\s*$/, '') : raw}`;
    if (continued) continue;
    until = /<<-?["']?(\w+)["']?/.exec(open)?.[1] ?? '';
    if (until === '') lines.push(open.trim());
    open = '';
  }
  if (open.trim() !== '') lines.push(open.trim());
  return lines;
}

function instruction(given: string, rest: string): Instruction[] {
  const word = given.toUpperCase();
  if (!KEPT.has(word)) return [];
  const text = canonical(word, rest.slice(0, MAX_TEXT * 2)).slice(0, MAX_TEXT);
  return text === '' ? [] : [{ word, text }];
}

function canonical(word: string, rest: string): string {
  switch (word) {
    case 'RUN': return words(rest.replace(/^\|\d+ .*?(?=\/bin\/(?:ba|a)?sh -e?c |$)/s, '').replace(/^(--\w+(=\S+)?\s+)+/, '').replace(/^\/bin\/(ba|a)?sh -e?c /, ''));
    // the classic builder keeps only a hash of what it copied
    case 'COPY': case 'ADD': return /^(file|dir|multi):[0-9a-f]{64} in /.test(rest) ? '' : words(rest.replace(/(^|\s)--\w+(=\S+)?(?=\s)/g, ' '));
    case 'ENV': return rest.trim().replace(/^(\w+)\s+(?![^=\s]*=)/, '$1=').replace(/["']/g, '').replace(/\s+/g, ' ');
    case 'CMD': case 'ENTRYPOINT': return words(rest).replace(/^\/bin\/sh -c /, '');
    case 'EXPOSE': return [...rest.matchAll(/(\d{1,5})(\/udp)?/g)].map((found) => found[0]).sort().join(' ');
    default: return words(rest).replace(/\/+$/, '') || '/';
  }
}

/** The words of a shell or a JSON form, which say the same: brackets, quotes and commas between strings dropped. */
const words = (text: string): string => {
  const bare = text.trim();
  const list = /^\[.*\]$/s.test(bare) ? bare.slice(1, -1).replace(/"\s*,?\s*"/g, ' ').replace(/^\s*"|"\s*$/g, '') : bare;
  return list.replace(/\s+/g, ' ').trim();
};
