#!/usr/bin/env node
// What package managers link: it is there before the build, so that the link is made at installation.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('throughline is not built yet: run `npm start` once, or `pnpm build` in libs/cli.\n');
  process.exitCode = 2;
}
