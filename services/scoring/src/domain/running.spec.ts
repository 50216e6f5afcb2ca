import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { context, finding } from '../../test/builders.js';
import { judgeContext } from './context.js';
import { contextOf } from './running.js';

const run = (version: string, service: string, exposure: string, environment = 'production') => ({ version: `image:r.example/pay@${version}`, service: `service:${service}`, environment, exposure, commit: `commit:github.com/acme/pay@${version}`, confidence: 1 });
const both = context({ running: [run('v2', 'eu', 'internal'), run('v3', 'us', 'internet', 'canary')], deployed: 'yes', exposure: 'internet', exposurePath: ['service:us', 'lb:x'], environments: ['canary', 'production'], services: ['service:eu', 'service:us'] });
const judged = (absentIn: readonly string[]) => judgeContext(finding({ absentIn }), both);

describe('27: deployed and exposed are judged at the version that runs', () => {
  it('what every running version may have is judged by all of them', () => {
    expect(contextOf(finding(), both)).toBe(both);
    expect(judged([])).toMatchObject({ deployed: 'yes', exposure: 'internet' });
    expect(judged(['image:r.example/pay@v9'])).toMatchObject({ deployed: 'yes', exposure: 'internet' });
  });

  it('what one of them does not have is exposed by the others only', () => {
    expect(judged(['image:r.example/pay@v3'])).toMatchObject({ deployed: 'yes', deployedValue: 'yes: runs in 1 service', exposure: 'internal', environment: 'production' });
    expect(judged(['commit:github.com/acme/pay@v2'])).toMatchObject({ deployed: 'yes', exposure: 'internet', exposureValue: 'internet via x' });
  });

  it('what none of them has is not deployed, and the reason is shown', () => {
    expect(judged(['image:r.example/pay@v2', 'image:r.example/pay@v3'])).toMatchObject({ deployed: 'no', deployedValue: 'no: the version that runs does not have it', exposure: 'none' });
  });

  it('more versions without it never make it more exposed', () => {
    const order = ['none', 'internal', 'unknown', 'limited', 'internet'];
    const word = fc.constantFrom(...order);
    fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(4)), fc.nat(4), (exposures, absent, more) => {
      const running = exposures.map((exposure, index) => run(`v${index}`, `s${index}`, exposure));
      const widest = order[Math.max(...exposures.map((exposure) => order.indexOf(exposure)))] as string;
      const whole = context({ running, exposure: widest, deployed: 'yes' });
      const widthWithout = (versions: readonly number[]): number => order.indexOf(contextOf({ absentIn: versions.map((index) => `image:r.example/pay@v${index}`) }, whole)?.exposure ?? '');
      expect(widthWithout([...absent, more])).toBeLessThanOrEqual(widthWithout(absent));
    }));
  });
});
