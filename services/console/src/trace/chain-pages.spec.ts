import { describe, expect, it } from '@jest/globals';
import { blastRadius, coverage, exposedService, exposurePeriods } from '../api/chain-normalize.js';
import { evidenceLine } from './evidence.js';
import { barOf, methodsOf } from './hop-words.js';
import { periodsIn, periodText } from './periods.js';
import { shortPath } from './short-path.js';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const DAY = 86_400_000;

describe('exposed periods', () => {
  const of = exposurePeriods([{ service: 'service:s', exposure: 'internet', from: '2026-11-01T00:00:00Z', to: '2026-11-05T00:00:00Z' }, { service: 'service:s', exposure: 'internet', from: '2026-11-05T00:00:00Z', to: null }, { service: 'service:s', exposure: 'internal', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }]);
  it('joins what touches and leaves out what ended before the span', () => expect(periodsIn(of, NOW - 90 * DAY, NOW).map((one) => [one.exposure, one.began, one.ended])).toEqual([['internet', '2026-11-01T00:00:00Z', null]]));
  it('says from when to when, whatever part of it is in view', () => {
    expect(periodsIn(of, NOW - 5 * DAY, NOW).map(periodText)).toEqual(['exposed to the internet from 1 Nov 2026 until now (21\u00a0d)']);
  });
});

it('tells a durable service and what runs as it once', () => {
  const both = exposurePeriods({ items: [{ service: 'service:pay', exposure: 'internet', from: '2026-11-10T00:00:00Z', to: null }, { service: 'service:arn:aws:ecs:eu-central-1:1:service/prod/pay', exposure: 'internet', from: '2026-11-16T00:00:00Z', to: null }] });
  expect(periodsIn(both, NOW - 90 * DAY, NOW).map((one) => [one.service, one.began])).toEqual([['service:pay', '2026-11-10T00:00:00Z']]);
});

describe('coverage', () => {
  const [image, owner] = coverage({ hops: [{ hop: 'build', assets: 10, known: 7, verified: 4, missing: 3, byMethod: { 'attestation': 4, 'deployment-record': 2, 'tag': 1 }, remedy: 'r' }, { hop: 'owner', assets: 4, known: 3, verified: 0, missing: 1, byMethod: { tag: 3 }, remedy: '' }] });
  it('splits a bar by trust, and its parts are the whole', () => {
    expect(barOf(image as never).map((part) => [part.kind, part.count])).toEqual([['verified', 4], ['recorded', 2], ['inferred', 1], ['missing', 3]]);
    expect(barOf(image as never).reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });
  it('calls a tag a guess of origin and a statement of ownership', () => {
    expect(barOf(owner as never).map((part) => part.kind)).toEqual(['recorded', 'missing']);
    expect([methodsOf(image as never).at(-1), methodsOf(owner as never)[0]]).toEqual(['1 image tag', '3 tag']);
  });
});

describe('the way in', () => {
  const lb = 'lb:arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/shop-public/50dc6c495c0c9188';
  it('is told from outside in, without the hops that only connect', () => {
    const path = ['service:pay', 'service:arn:aws:ecs:eu-central-1:1:service/prod/pay', 'target-group:x', 'listener-rule:y', 'listener:z', lb, 'endpoint:shop.acme.example'];
    expect(shortPath(path).map((hop) => hop.text)).toEqual(['shop.acme.example', 'shop-public', 'pay']);
    expect(shortPath([...path].reverse()).map((hop) => hop.text)).toEqual(['shop.acme.example', 'shop-public', 'pay']);
  });
  it('reads a service whose facts are partly unknown', () => expect(exposedService({ service: 'service:a/b/pay', exposure: 'limited', since: null, path: [], endpoints: [], team: null, repository: null, environments: ['production'] })).toMatchObject({ name: 'pay', team: '', repository: '', environment: 'production', since: null }));
});

describe('the blast radius', () => {
  const radius = blastRadius({ counts: { images: 2, runningImages: 1, services: 1, teams: 1, byExposure: { internet: 1 } }, images: [{ image: 'image:r/a@sha256:1', running: true }], services: [{ service: 'service:s', name: 'pay', exposure: 'internet' }], teams: ['payments'], partial: false });
  it('keeps the count where the list is shorter', () => expect(radius.groups.find((group) => group.kind === 'images')).toMatchObject({ count: 2, items: [{ urn: 'image:r/a@sha256:1', kind: 'image' }] }));
  it('makes a slug a thing that can be traced', () => expect(radius.groups.find((group) => group.kind === 'teams')?.items[0]).toMatchObject({ urn: 'team:payments', name: 'payments' }));
});

it('tells what evidence rests on in one line, builder and key first', () => {
  expect(evidenceLine({ step: 'push', keyId: 'k', builder: 'b' })).toBe('builder b · key id k · step push');
  expect(evidenceLine({ labels: { 'org.opencontainers.image.revision': 'abc' } })).toBe('labels revision abc');
  expect(evidenceLine(null)).toBe('');
});
