import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { childEnv, type TestRunConfig } from './config.js';
import { run } from './processes.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const onPath = (name: string, path: readonly string[]): boolean => path.some((folder) => {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

export type BrowserPlan = 'present' | 'install' | 'tell';

export const planBrowser = (has: (name: string) => boolean, isRoot: boolean): BrowserPlan => {
  if (NAMES.some(has)) return 'present';
  return isRoot && has('apt-get') ? 'install' : 'tell';
};

/** The browser specs need a Chromium. Installs Debian's where it may, else fails with what to install. */
export const ensureChromium = async (config: TestRunConfig): Promise<void> => {
  const plan = planBrowser((name) => onPath(name, config.path), config.isRoot);
  if (plan === 'present') return;
  const remedy = 'The browser tests need Chromium. Install it (Debian and Ubuntu: `sudo apt-get install chromium`; macOS: `brew install --cask chromium`) and run `npm test` again.';
  if (plan === 'tell') throw new Error(remedy);
  const env = childEnv({ DEBIAN_FRONTEND: 'noninteractive' });
  const install = (): Promise<number> => run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { cwd: config.root, env });
  if ((await install()) === 0) return;
  await run('apt-get', ['update'], { cwd: config.root, env });
  if ((await install()) !== 0) throw new Error(remedy);
};
