import { usage } from '../errors.js';

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Digest and name in the file of `docker buildx build --metadata-file`; `bake` writes one such object a target
 * (https://docs.docker.com/reference/cli/docker/buildx/build/#metadata-file). `containerimage.digest` is what was pushed:
 * the index where there are several platforms. Pure.
 */
export function readMetadata(text: string, target: string | undefined): { readonly digest: string; readonly image: string } {
  const entry = entryOf(parsed(text), target);
  const digest = entry['containerimage.digest'];
  const names = typeof entry['image.name'] === 'string' ? entry['image.name'].split(',') : [];
  if (typeof digest !== 'string') throw usage('The metadata file holds no containerimage.digest.', 'Build with --push, or with --output type=image: only then there is a digest that a registry knows.');
  return { digest, image: names[0]?.trim() ?? '' };
}

function parsed(text: string): Entry {
  try {
    const value: unknown = JSON.parse(text);
    if (isEntry(value)) return value;
  } catch {
    // Told below.
  }
  throw usage('The metadata file is no JSON object.', 'It is written by docker buildx build --metadata-file FILE.');
}

function entryOf(file: Entry, target: string | undefined): Entry {
  const targets = Object.entries(file).filter((pair): pair is [string, Entry] => isEntry(pair[1]) && 'containerimage.digest' in pair[1]);
  if (target !== undefined) {
    const found = targets.find(([name]) => name === target);
    if (found === undefined) throw usage(`The metadata file has no target ${target}.`, `It has ${targets.map(([name]) => name).join(', ') || 'none'}.`);
    return found[1];
  }
  if ('containerimage.digest' in file || targets.length === 0) return file;
  const [only, ...more] = targets;
  if (only === undefined || more.length > 0) throw usage('The metadata file has several targets.', `Choose one with --target: ${targets.map(([name]) => name).join(', ')}.`);
  return only[1];
}
