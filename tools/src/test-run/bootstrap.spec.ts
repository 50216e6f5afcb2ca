import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { childEnv, testRunConfig } from './config.js';

const { root } = testRunConfig();
const cache = mkdtempSync(join(tmpdir(), 'throughline-bootstrap-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const bootstrap = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const result = spawnSync(process.execPath, [join(root, 'bootstrap.mjs'), ...args], { encoding: 'utf8', env: childEnv({ THROUGHLINE_CACHE: cache, ...env }) });
  return { code: result.status, output: result.stdout + result.stderr };
};

describe('bootstrap.mjs', () => {
  it('names the commands it knows', () => {
    const { code, output } = bootstrap(['dance']);
    expect(code).toBe(1);
    expect(output).toContain('Unknown command dance');
    expect(output).toContain('start, test, bench[:name], run <script>');
    expect(output).not.toContain('    at ');
  });

  it('says that npm is missing and how to get it', () => {
    const { code, output } = bootstrap(['start'], { PATH: cache });
    expect(code).toBe(1);
    expect(output).toMatch(/`npm` is not on the PATH.*apt-get install npm/);
  });
});
