import { expect, it } from '@jest/globals';
import type { Explanation, Finding } from '../api/types.js';
import { whySentence } from './why.js';

const factor = (name: string, value: string, contribution: number) => ({ name, value, contribution, source: '', observedAt: '' });
const of = (score: number, factors: Explanation['factors']): Explanation => ({ score, band: 'act', factors, formulaVersion: '1', ssvc: null, counterfactuals: [] });

it('says why in one sentence, strongest first, and names what is not known', () => {
  const text = whySentence(of(91.2, [factor('severity', '9.8', 34), factor('exploited', 'yes', 22), factor('exposed', 'internet', 31), factor('environment', 'prod', 0.2), factor('reachable', 'unknown', 0), factor('criticality', 'unknown', 4)]), { service: 'pay-api' } as Finding);
  expect(text).toBe('91 Act: CVSS 9.8 (+34); the internet reaches pay-api (+31); exploited in the wild (KEV) (+22). Not known: reachability, criticality (prior +4).');
});

it('reads the words of the formula', () => {
  const text = whySentence(of(98.6, [factor('severity', '10.0 (CVSS 3.1, recomputed)', 63), factor('likelihood', 'EPSS 0.94 (CVE-2021-44228)', 26), factor('exploited', 'exploited in the wild (CVE-2021-44228 in KEV, by ransomware)', 3.7), factor('exposed', 'internet via shop.acme.example', 3)]), { service: 'pay' } as Finding);
  expect(text).toBe('99 Act: CVSS 10.0 (+63); exploitation likely by EPSS 0.94 (+26); exploited in the wild by ransomware (+4).');
});

it('does not claim a reason that is not there', () => expect(whySentence(of(0, []), {} as Finding)).toBe('0 Act: no factor raises it.'));
