import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { readPackages, violations, type Package } from './layers.js';

const root = resolve(process.cwd(), '..');
const real = readPackages(root);
const plant = (name: string, dependency: string): readonly Package[] => real.map((p) => (p.name === name ? { ...p, dependencies: [...p.dependencies, dependency] } : p));

describe('what a package may depend on', () => {
  it('holds in this repository', () => expect(violations(real)).toEqual([]));

  it.each([
    ['@throughline/domain', 'uuid'],
    ['@throughline/contracts', '@throughline/stream'],
    ['@throughline/stream', '@throughline/persistence'],
    ['@throughline/persistence', '@throughline/service-kit'],
    ['@throughline/parsers', '@throughline/persistence'],
    ['@throughline/connectors', '@throughline/parsers'],
    ['@throughline/dedup', '@throughline/scoring'],
    ['@throughline/gateway', '@throughline/testing'],
  ])('finds %s → %s', (name, dependency) => {
    expect(violations(plant(name, dependency)).some((sentence) => sentence.startsWith(name))).toBe(true);
  });

  it('finds a package without a layer', () => {
    expect(violations([{ name: 'x', layer: '', dependencies: [], testDependencies: [] }])).toHaveLength(1);
  });
});
