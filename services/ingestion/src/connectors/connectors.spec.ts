import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WEBHOOK_CONNECTORS, type PullDefinition } from '@throughline/connectors';
import { DEFAULT_TENANT, tenantId } from '@throughline/domain';
import { z } from 'zod';
import { Outbound } from '../outbound/outbound.js';
import type { ConnectorRow } from '../persistence/connector.repository.js';
import type { PullRow } from '../persistence/pull.repository.js';
import { presentConnector } from './present.js';
import { entryOf, type ConnectorRegistry } from './registry.js';
import { addressFieldsOf, connectorBodies, intervalOf, secretFieldsOf } from './schema.js';
import { toldText } from './secrets.js';

const cloud: PullDefinition = {
  connector: { kind: 'cloud', everySeconds: 60, pull: () => Promise.reject(new Error('not here')) },
  config: z.strictObject({ account: z.string(), endpoint: z.url().optional(), token: z.string().optional() }).refine(({ account }) => account !== 'wrong', 'wrong account'),
  secretFields: ['token'], addressFields: ['endpoint'], defaultEverySeconds: 60,
};
const registry: ConnectorRegistry = { pulls: { cloud }, webhooks: { github: WEBHOOK_CONNECTORS['github'] as never } };

describe('kinds of connectors', () => {
  const bodies = connectorBodies(registry);

  it('are those that can be pulled, those that are only listened to, and the feeds', () => expect(Object.keys(bodies)).toEqual(['cloud', 'epss', 'github', 'kev', 'osv']));
  it('take what their configuration takes, with kind and schedule, and nothing else', () => {
    expect(bodies['cloud']?.safeParse({ kind: 'cloud', account: 'a', schedule: '5m' }).success).toBe(true);
    for (const over of [{ other: 1 }, { schedule: 'often' }, { kind: 'github' }, { account: 'wrong' }, { endpoint: 'x' }]) expect([over, bodies['cloud']?.safeParse({ kind: 'cloud', account: 'a', ...over }).success]).toEqual([over, false]);
    expect(bodies['github']?.safeParse({ kind: 'github', webhookSecret: 'short' }).success).toBe(false);
    expect(bodies['kev']?.safeParse({ kind: 'kev' }).success).toBe(false);
  });
  it('say which fields are secret and which are addresses', () => {
    expect(['cloud', 'github', 'kev'].map((kind) => [secretFieldsOf(registry, kind), addressFieldsOf(registry, kind)])).toEqual([[['token'], ['endpoint']], [['webhookSecret'], []], [[], ['url']]]);
  });
  it('49: are not found by names that every object has', () => expect(['__proto__', 'constructor', 'toString', 'cloud'].map((name) => entryOf(registry.pulls, name)?.connector.kind)).toEqual([undefined, undefined, undefined, 'cloud']));
  it('run as often as configured, at most once a minute, else as their kind does', () => expect([intervalOf('5m'), intervalOf('0m'), intervalOf('2h'), intervalOf('1d'), intervalOf(undefined, 900_000), intervalOf('x', 7)]).toEqual([300_000, 60_000, 7_200_000, 86_400_000, 900_000, 7]));
});

describe('what others say', () => {
  it('62: is one line, and not longer than it may be', () => expect(toldText('a\r\nb\u0000\u2028c'.padEnd(50, 'x'), {}, 8)).toBe('a b cxxx'));
  it('is told without any secret, however deep it lies', () => {
    const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 12 });
    const around = fc.string({ unit: fc.constantFrom('1', ' ', ':'), maxLength: 10 });
    fc.assert(fc.property(secret, secret, around, around, (a, b, before, after) => {
      const told = toldText(`${before}${a}${after}${b}${before}`, { token: a, credentials: { keys: [b] } }, 1000);
      expect(told.replaceAll('[REDACTED]', '')).toMatch(/^[1 :abc]*$/);
      expect([told.includes(a), told.includes(b)]).toEqual([false, false]);
      // The longer one goes first, so that a part of it is not left beside a shorter one.
      if (after !== '') expect(told).toBe(`${before}[REDACTED]${after}[REDACTED]${before}`);
    }));
    expect(toldText('no right for abcdef on x', { token: 'abcdef', short: 'on' }, 100)).toBe('no right for [REDACTED] on x');
  });
});

describe('a connector as it is shown', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const row = { tenant_id: DEFAULT_TENANT, connector_id: 'c', kind: 'cloud', version: '3', config: { account: 'a' }, secrets: Buffer.from('x'), secret_names: ['token'], cursor: { cursor: { nextToken: 'hidden' }, memory: null }, last_success: null, counts: {}, errors: [], gaps: [], updated_by: 'u', updated_at: now } satisfies ConnectorRow;
  const pull = (over: Partial<PullRow> = {}): PullRow => ({ pull_id: 'p', pages: 4, cursor: { nextToken: 'hidden' }, inventories: {}, gaps: [], failures: 0, waits_until: null, settled: false, rerun: false, started_at: new Date('2026-01-01T11:00:00Z'), page_at: now, ...over });
  const dueAt = new Date('2026-01-01T13:00:00Z');
  const shown = (under: PullRow | undefined, over: Partial<ConnectorRow> = {}) => presentConnector({ ...row, ...over }, { pull: under, dueAt, now }, registry, 'https://t.example') as Record<string, unknown>;

  it.each([
    ['between two pulls', undefined, { cursor: { state: 'idle' }, nextRun: dueAt.toISOString() }],
    ['under way', pull(), { cursor: { state: 'running', pages: 4, since: '2026-01-01T11:00:00.000Z' }, nextRun: null }],
    ['told to wait', pull({ waits_until: dueAt }), { cursor: { state: 'waiting', until: dueAt.toISOString() }, nextRun: dueAt.toISOString() }],
    ['told to wait until a time that is over', pull({ waits_until: new Date('2026-01-01T11:59:00Z') }), { cursor: { state: 'running' } }],
    ['after a failure', pull({ failures: 2 }), { cursor: { state: 'waiting', failures: 2, until: dueAt.toISOString() } }],
    ['watching', pull({ settled: true, waits_until: dueAt }), { cursor: { state: 'idle', until: dueAt.toISOString() } }],
  ])('%s', (_name, under, expected) => expect(shown(under)).toMatchObject(expected));

  it('shows names of secrets, never a cursor of the other system', () => {
    expect(shown(pull())['secrets']).toEqual(['token']);
    expect(JSON.stringify(shown(pull()))).not.toContain('hidden');
    expect(shown(undefined, { secret_names: null })['secrets']).toEqual(['token']);
    expect(shown(undefined, { secrets: null })['secrets']).toEqual([]);
  });
  it('says where webhooks go, for what can be listened to', () => {
    expect(shown(undefined, { kind: 'github' })).toMatchObject({ webhook: 'https://t.example/v1/webhooks/github/c', cursor: null });
    expect(shown(undefined)).not.toHaveProperty('webhook');
  });
});

describe('56: ways out', () => {
  const other = tenantId('00000000-0000-7000-8000-000000000002');
  const asked = (way: ReturnType<Outbound['forConnector']>, url: string): string => {
    try {
      return way.check(url).host;
    } catch (error) {
      return (error as Error).name;
    }
  };

  it('of the installation lead to its own addresses, and to no other private ones; of other tenants only to public ones and those excepted', async () => {
    const outbound = new Outbound(new Set(['127.0.0.1:9999']));
    const own = outbound.forConnector(DEFAULT_TENANT, ['http://127.0.0.1:4566', 'https://10.0.0.5/api']);
    const theirs = outbound.forConnector(other, ['http://127.0.0.1:4566', 'https://10.0.0.5/api']);
    const urls = ['http://127.0.0.1:4566/x', 'https://10.0.0.5/y', 'http://10.0.0.5/', 'http://127.0.0.1:4567', 'http://127.0.0.1:9999', 'http://169.254.169.254', 'https://8.8.8.8'];
    expect(urls.map((url) => asked(own, url))).toEqual(['127.0.0.1:4566', '10.0.0.5', 'AddressRefused', 'AddressRefused', '127.0.0.1:9999', 'AddressRefused', '8.8.8.8']);
    expect(urls.map((url) => asked(theirs, url))).toEqual(['AddressRefused', 'AddressRefused', 'AddressRefused', 'AddressRefused', '127.0.0.1:9999', 'AddressRefused', '8.8.8.8']);
    expect(asked(outbound.forConnector(DEFAULT_TENANT, ['http://169.254.169.254/']), 'http://169.254.169.254/')).toBe('AddressRefused');
    await outbound.close();
  });
});
