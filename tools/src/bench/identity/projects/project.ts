import { dice } from '../random.js';
import { goFiles } from './go.js';
import { javascriptFiles } from './javascript.js';
import { plant, type Project } from './planted.js';
import { pythonFiles } from './python.js';
import { secretFiles } from './secrets.js';

/** A project of three languages in which every flaw is known. Another seed draws other shapes, names and neighbours. */
export function plantedProject(seed: string, modules = 4): Project {
  const of = (language: string): ReturnType<typeof dice> => dice(`${seed}|${language}`);
  const marked = [...pythonFiles(of('python'), modules), ...javascriptFiles(of('javascript'), modules), ...goFiles(of('go'), Math.ceil(modules / 2)), ...secretFiles(of('secrets'), modules * 4)];
  const made = marked.map(([path, text]) => plant(path, text));
  return { name: 'planted', files: made.map(({ file }) => file), planted: made.flatMap(({ planted }) => planted) };
}
