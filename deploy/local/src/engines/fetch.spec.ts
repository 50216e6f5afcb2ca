import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../errors.js';
import { APICURIO_VERSION, checkDisk, fetchEngines, KAFKA_VERSION, requireJava } from './fetch.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-fetch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fakeJava = (version: string): string => {
  const file = join(folder, `java-${version}`);
  writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}" 2020-01-01' >&2\n`);
  chmodSync(file, 0o755);
  return file;
};

describe('requireJava', () => {
  it('says what to install where there is none', async () => {
    await expect(requireJava(join(folder, 'no-java'))).rejects.toThrow(UserError);
    await expect(requireJava(join(folder, 'no-java'))).rejects.toThrow(/Java is not on the PATH.*apt-get install openjdk-17/);
  });

  it('refuses one that is too old and takes newer ones', async () => {
    await expect(requireJava(fakeJava('11.0.2'))).rejects.toThrow(/Java 11 is too old/);
    await expect(requireJava(fakeJava('1.8.0_302'))).rejects.toThrow(/too old/);
    await expect(requireJava(fakeJava('17.0.15'))).resolves.toBe(17);
    await expect(requireJava(fakeJava('25'))).resolves.toBe(25);
  });
});

describe('checkDisk', () => {
  it('is silent where there is room', () => {
    expect(() => checkDisk(folder, 1)).not.toThrow();
  });

  it('tells how much is free, how much is needed and what to do', () => {
    expect(() => checkDisk(folder, 2 ** 60)).toThrow(/has \d+ MB free and \d+ MB are needed.*THROUGHLINE_CACHE/);
  });
});

describe('fetchEngines', () => {
  it('fetches nothing that the cache has', async () => {
    const engines = join(folder, 'engines');
    for (const name of [`kafka-${KAFKA_VERSION}`, `apicurio-${APICURIO_VERSION}`]) mkdirSync(join(engines, name), { recursive: true });
    const files = await fetchEngines(folder);
    expect(existsSync(files.kafkaLib) && existsSync(files.registry)).toBe(true);
  });
});
