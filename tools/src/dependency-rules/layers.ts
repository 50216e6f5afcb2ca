import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which layers a package of a layer may depend on (DESIGN §5). A package's layer is its first Nx tag. Dependencies for
 * tests only (devDependencies) may also be of the layer `testing`.
 */
const MAY: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  contracts: ['domain'],
  stream: ['contracts', 'domain'],
  keyring: ['contracts', 'domain', 'stream'],
  adapter: ['contracts', 'domain', 'stream', 'keyring'],
  outbound: [],
  plugin: ['contracts', 'domain', 'outbound'],
  kit: ['contracts', 'domain', 'stream', 'adapter', 'keyring'],
  service: ['contracts', 'domain', 'stream', 'adapter', 'keyring', 'kit', 'plugin', 'outbound'],
  testing: ['contracts', 'domain', 'stream', 'adapter', 'keyring', 'app'],
  app: ['contracts', 'domain', 'stream', 'adapter', 'keyring', 'plugin', 'kit', 'outbound', 'app'],
};

export interface Package {
  readonly name: string;
  readonly layer: string;
  readonly dependencies: readonly string[];
  readonly testDependencies: readonly string[];
}

/** One sentence for each dependency that its layer may not have, and for each package without a known layer. */
export function violations(packages: readonly Package[]): readonly string[] {
  const layers = new Map(packages.map((p) => [p.name, p.layer]));
  return packages.flatMap((p) => {
    const allowed = MAY[p.layer];
    if (!allowed) return [`${p.name} has no known layer tag ('${p.layer}')`];
    const wrong = (names: readonly string[], more: readonly string[]) => names
      .filter((name) => layers.has(name) && ![...allowed, ...more].includes(layers.get(name) ?? ''))
      .map((name) => `${p.name} (${p.layer}) must not depend on ${name} (${layers.get(name)}), because a ${p.layer} may know only: ${allowed.join(', ') || 'nothing'}`);
    const external = p.layer === 'domain' && p.dependencies.length > 0 ? [`${p.name} must have no dependency, because the vocabulary and its rules stand alone`] : [];
    return [...wrong(p.dependencies, []), ...wrong(p.testDependencies, ['testing']), ...external];
  });
}

/** The workspace's packages, read from their manifests. */
export function readPackages(root: string): readonly Package[] {
  const folders = ['libs', 'services'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)));
  return [...folders, join(root, 'deploy/local'), join(root, 'tools')].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; nx?: { tags?: string[] }; dependencies?: object; devDependencies?: object };
    return { name: manifest.name, layer: manifest.nx?.tags?.[0]?.replace('layer:', '') ?? '', dependencies: Object.keys(manifest.dependencies ?? {}), testDependencies: Object.keys(manifest.devDependencies ?? {}) };
  });
}
