import { describe, expect, it } from '@jest/globals';
import { planBrowser } from './chromium.js';

const having = (...names: string[]) => (name: string) => names.includes(name);

describe('planBrowser', () => {
  it.each([
    ['takes what is there', having('google-chrome'), false, 'present'],
    ['installs as root with apt', having('apt-get'), true, 'install'],
    ['tells what to install without root', having('apt-get'), false, 'tell'],
    ['tells what to install without apt', having(), true, 'tell'],
  ] as const)('%s', (_name, has, isRoot, plan) => {
    expect(planBrowser(has, isRoot)).toBe(plan);
  });
});
