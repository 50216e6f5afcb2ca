import { readFileSync } from 'node:fs';
import type { Variables } from '../io.js';
import type { CiBuild, CiFiles } from './build.js';
import { CI_SYSTEMS } from './systems.js';

const eventFiles: CiFiles = {
  json(path) {
    try {
      return path === '' ? undefined : JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      // The file is a help, and its absence leaves the variables.
      return undefined;
    }
  },
};

/** The build that this process runs in; undefined outside of the known systems. */
export function detectBuild(variables: Variables, files: CiFiles = eventFiles): CiBuild | undefined {
  const read = (name: string): string => (variables[name] ?? '').trim();
  const system = CI_SYSTEMS.find(({ marks }) => marks.every((mark) => read(mark) !== ''));
  return system && { system: system.name, ...system.read(read, files) };
}
