import { expect, it } from '@jest/globals';
import type { Explanation, Finding } from '../api/types.js';
import { whySentence } from './why.js';

const factor = (name: string, value: string, contribution: number) => ({ name, value, contribution, source: '', observedAt: '' });
const of = (score: number, factors: Explanation['factors']): Explanation => ({ score, band: 'act', factors, formulaVersion: '1', ssvc: null, counterfactuals: [] });

it('says why in one sentence, strongest first, and names what is not known', () => {
  const text = whySentence(of(91.2, [factor('severity', '9.8', 34), factor('exploited', 'yes', 22), factor('exposed', 'internet', 31), factor('environment', 'prod', 0.2), factor('reachable', 'unknown', 0), factor('criticality', 'unknown', 4)]), { service: 'pay-api' } as Finding);
  expect(text).toBe('91 Act: CVSS 9.8 (+34); the internet reaches pay-api (+31); exploited in the wild (KEV) (+22). Not known: reachable, criticality (prior +4).');
});

it('does not claim a reason that is not there', () => expect(whySentence(of(0, []), {} as Finding)).toBe('0 Act: no factor raises it.'));
