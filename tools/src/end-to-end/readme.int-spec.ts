import { describe, expect, it } from '@jest/globals';
import { platform } from '@throughline/testing';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(process.cwd(), '..');
const run = promisify(execFile);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...['docs', 'docs/how-to', 'docs/adr', 'docs/reference'].flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`))];

/** Shell blocks of a document. */
const blocks = (markdown: string): readonly string[] => [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

/** What a reader would type, on the platform of this test: its address, its token, and an exit status for an HTTP error. */
function typed(block: string, on: { readonly gatewayUrl: string; readonly home: string }): string {
  return `set -euo pipefail\n${block}`.replaceAll('http://127.0.0.1:8080', on.gatewayUrl).replaceAll('.throughline/admin-token', join(on.home, 'admin-token')).replaceAll('curl ', 'curl -fsS -w "\\n" ');
}

describe('the README', () => {
  it('has commands that work as they are written', async () => {
    const throughline = await platform();
    const [block] = blocks(read('README.md')).filter((text) => text.includes('curl'));
    if (block === undefined) throw new Error('the README has no block with curl any more: this spec reads it');
    const { stdout } = await run('bash', ['-c', typed(block, throughline)], { cwd: ROOT });
    const answers = stdout.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toHaveLength(block.match(/curl /g)?.length ?? 0);
    const [accepted, receipts, findings, trace] = answers;
    expect(accepted).toMatchObject({ id: expect.any(String) });
    expect((receipts as { items: unknown[] }).items).toHaveLength(1);
    expect((findings as { items: unknown[] }).items).toHaveLength(5);
    expect((trace as { nodes: unknown[] }).nodes.length).toBeGreaterThan(5);
  });
});

describe('the documents', () => {
  it('name npm scripts that exist', () => {
    const scripts = new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts));
    const named = DOCUMENTS.flatMap((path) => [...read(path).matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(([, name]) => ({ path, name: name ?? '' })));
    expect(named.filter(({ name }) => !scripts.has(name))).toEqual([]);
  });

  it('link to files that exist', () => {
    const broken = DOCUMENTS.flatMap((path) => [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => ({ path, target: target ?? '' })).filter(({ target }) => !existsSync(resolve(ROOT, path, '..', target))));
    expect(broken).toEqual([]);
  });
});
