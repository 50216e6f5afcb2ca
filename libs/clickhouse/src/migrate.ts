import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClickHouse, type ClickHouse } from './client.js';

export interface MigrationOptions {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Folder of `NNNN-title.sql`, statements separated by a line with `;` at its end. */
  readonly dir: string;
}

/**
 * Applies the files that the ledger does not know, in order of their names. An applied file must not change: its hash is
 * in the ledger. Every statement is written to be repeatable (`if not exists`), since ClickHouse has no transaction: a
 * crash between a file and its ledger row repeats the file.
 */
export async function migrateClickHouse(options: MigrationOptions): Promise<readonly string[]> {
  const admin = createClickHouse({ ...options, database: 'default' });
  await admin.command(`create database if not exists ${identifier(options.database)}`).finally(() => admin.close());
  const clickhouse = createClickHouse(options);
  try {
    await clickhouse.command('create table if not exists migrations (name String, sha256 String, applied_at DateTime64(3)) engine = ReplacingMergeTree order by name');
    return await applyAll(clickhouse, options.dir);
  } finally {
    await clickhouse.close();
  }
}

async function applyAll(clickhouse: ClickHouse, dir: string): Promise<readonly string[]> {
  const known = new Map((await clickhouse.query<{ name: string; sha256: string }>('select name, sha256 from migrations final')).map((row) => [row.name, row.sha256]));
  const applied: string[] = [];
  for (const name of readdirSync(dir).filter((file) => file.endsWith('.sql')).sort()) {
    const text = readFileSync(join(dir, name), 'utf8');
    const sha256 = createHash('sha256').update(text).digest('hex');
    const before = known.get(name);
    if (before === sha256) continue;
    if (before !== undefined) throw new Error(`${name} was changed after it was applied; migrations are append-only: restore it and add a new file`);
    for (const statement of statementsOf(text)) await clickhouse.command(statement);
    await clickhouse.insert('migrations', [{ name, sha256, applied_at: new Date().toISOString() }]);
    applied.push(name);
  }
  return applied;
}

/** Statements of a file: text up to a semicolon at the end of a line; comment lines are dropped. */
export function statementsOf(text: string): readonly string[] {
  const code = text.split('\n').filter((line) => !line.trimStart().startsWith('--')).join('\n');
  return code.split(/;\s*$/m).map((statement) => statement.trim()).filter(Boolean);
}

function identifier(name: string): string {
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new TypeError(`not a database name: ${name}`);
  return name;
}
