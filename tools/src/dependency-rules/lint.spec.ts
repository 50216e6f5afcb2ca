import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { resolve } from 'node:path';

const root = resolve(process.cwd(), '..');
let eslint: ESLint;
beforeAll(() => { eslint = new ESLint({ cwd: root, overrideConfigFile: resolve(root, 'eslint.config.mjs') }); });

async function rulesBrokenBy(filePath: string, code: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: resolve(root, filePath) });
  return (result?.messages ?? []).map((message) => message.ruleId);
}

describe('what a file may touch', () => {
  it.each([
    ['a Kafka client outside the drivers', 'services/dedup/src/app.module.ts', "import { Kafka } from 'kafkajs';\nexport const k = Kafka;", 'no-restricted-imports'],
    ['a Kafka client in the runner', 'libs/stream/src/runner/runner.ts', "import { Kafka } from 'kafkajs';\nexport const k = Kafka;", 'no-restricted-imports'],
    ['the environment outside config.ts', 'services/dedup/src/app.module.ts', 'export const port = process.env.PORT;', 'no-restricted-syntax'],
    ['SQL outside persistence/', 'services/dedup/src/http/x.controller.ts', "export const run = (unit: { query(sql: string): void }) => unit.query('select 1');", 'no-restricted-syntax'],
    ['a framework in the domain', 'services/dedup/src/domain/x.ts', "import { Injectable } from '@nestjs/common';\nexport const i = Injectable;", 'no-restricted-imports'],
    ['the clock in the domain', 'services/dedup/src/domain/x.ts', 'export const at = () => new Date();', 'no-restricted-syntax'],
    ['chance in the domain', 'services/dedup/src/domain/x.ts', 'export const n = () => Math.random();', 'no-restricted-syntax'],
    ['a library in libs/domain', 'libs/domain/src/x.ts', "import { v7 } from 'uuid';\nexport const id = v7;", 'no-restricted-imports'],
    ['files in a parser', 'libs/parsers/src/tools/trivy/parser.ts', "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;", 'no-restricted-imports'],
    ['another plug-in', 'libs/parsers/src/tools/trivy/parser.ts', "import { x } from '../sarif/parser.js';\nexport const y = x;", 'no-restricted-imports'],
    ['schema files outside contracts', 'services/dedup/src/app.module.ts', "import x from '../../../schemas/avro/common/severity.avsc';\nexport const y = x;", 'no-restricted-imports'],
    ['any', 'services/dedup/src/app.module.ts', 'export const x = (y: any) => y;', '@typescript-eslint/no-explicit-any'],
  ])('finds %s', async (_name, file, code, rule) => {
    expect(await rulesBrokenBy(file, code)).toContain(rule);
  });

  it.each([
    ['a driver may import its client', 'libs/stream/src/drivers/kafkajs/consumer.ts', "import { Kafka } from 'kafkajs';\nexport const k = Kafka;"],
    ['config.ts may read the environment', 'services/dedup/src/config.ts', 'export const port = process.env.PORT;'],
    ['persistence/ holds SQL', 'services/dedup/src/persistence/x.repository.ts', "export const run = (unit: { query(sql: string): void }) => unit.query('select 1');"],
    ['a plug-in may import its api', 'libs/parsers/src/tools/trivy/parser.ts', "import { x } from '../../api/index.js';\nexport const y = x;"],
  ])('%s', async (_name, file, code) => {
    expect(await rulesBrokenBy(file, code)).toEqual([]);
  });
});
