import { describe, expect, it } from '@jest/globals';
import { bodyOf, formOf, missingOf, valuesOf, type ConnectorForm } from './connector-forms.js';
import { stateOf } from './connector-state.js';
import { blocksOf, sectionsOf } from './doc.js';
import { keyProblems, readKeys, writeKeys } from './provenance-keys.js';
import { openMore, readOpen } from './stacks.js';
import { connector } from '../api/normalize.js';

const aws = formOf('aws') as ConnectorForm;
const github = formOf('github') as ConnectorForm;

describe('the form of a connector', () => {
  const config = { accounts: [{ id: '111122223333', roleArn: 'arn:aws:iam::111122223333:role/tl', name: 'prod eu' }, { id: '444455556666', name: 'lab' }], regions: ['eu-central-1', 'us-east-1'], futureField: 7 };
  it('gives back what was stored, fields that it does not know too', () => expect(bodyOf(aws, valuesOf(aws, config), config)).toEqual({ kind: 'aws', ...config }));
  it('never shows a secret, and leaves an empty one out, which keeps the stored one', () => {
    expect(valuesOf(github, { token: 'leaked' })['token']).toBe('');
    expect(bodyOf(github, valuesOf(github, {}))).toEqual({ kind: 'github' });
    expect(bodyOf(aws, { 'credentials.accessKeyId': 'A', 'credentials.secretAccessKey': 'S' })).toEqual({ kind: 'aws', credentials: { accessKeyId: 'A', secretAccessKey: 'S' } });
  });
  it('reads ids of installations as numbers', () => expect(bodyOf(github, { installations: '98765 acme\n 12 other' })).toEqual({ kind: 'github', installations: [{ id: 98765, organization: 'acme' }, { id: 12, organization: 'other' }] }));
  it('says what is missing before the platform is asked', () => {
    expect(missingOf(aws, 'Not A Slug', {})).toMatch(/slug/);
    expect(missingOf(aws, 'aws', { accounts: 'x' })).toBe('Regions is needed.');
    expect(missingOf(aws, 'aws', { accounts: 'x', regions: 'y' })).toBe('');
    expect(missingOf(aws, 'aws', { accounts: 'x', regions: 'y', 'credentials.accessKeyId': 'A' })).toMatch(/go together/);
  });
});

describe('the state of a connector', () => {
  const of = (over: object) => stateOf(connector({ id: 'a', kind: 'aws', lastSuccess: '2026-11-22T10:00:00Z', counts: {}, errors: [], gaps: [], ...over })).word;
  it('fails only by an error after the last success', () => {
    expect(of({ errors: [{ at: '2026-11-22T11:00:00Z', code: 'x', message: 'm' }] })).toBe('Failing');
    expect(of({ errors: [{ at: '2026-11-22T09:00:00Z', code: 'x', message: 'm' }] })).toBe('Healthy');
  });
  it('is partly blind with a gap, and not run yet without a success', () => expect([of({ gaps: [{ scope: 's', code: 'c', reason: 'r', remedy: 'm' }] }), of({ lastSuccess: null })]).toEqual(['Partly blind', 'Not run yet']));
});

it('reads the shapes of our documents, and markup stays text', () => {
  expect(blocksOf('# A\n\ntext of\ntwo lines\n- one\n  more\n- two\n\n| a | b |\n|---|---|\n| 1 | <b> |\n\n```json\n{"a": 1}\n```')).toEqual([
    { kind: 'heading', level: 1, text: 'A' }, { kind: 'text', text: 'text of two lines' }, { kind: 'list', items: ['one more', 'two'] }, { kind: 'table', head: ['a', 'b'], rows: [['1', '<b>']] }, { kind: 'code', language: 'json', text: '{"a": 1}' },
  ]);
});

it('cuts a document at its second-level headings', () => expect(sectionsOf(blocksOf('# T\nintro\n## Set up\nfirst\n### more\n## Rest\nlast')).map((one) => [one.title, one.blocks.length])).toEqual([['', 1], ['Set up', 2], ['Rest', 1]]));

describe('trusted keys', () => {
  const pem = '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n';
  it('are written and read the same', () => expect(readKeys(writeKeys([{ keyId: 'a', pem }, { keyId: 'b', pem }]))).toEqual([{ keyId: 'a', pem }, { keyId: 'b', pem }]));
  it('are never private', () => expect(keyProblems('a\n-----BEGIN PRIVATE KEY-----\nx')).toMatch(/private key/));
  it('are refused when they are none, or share a name', () => expect([keyProblems('nonsense') !== '', keyProblems(writeKeys([{ keyId: 'a', pem }, { keyId: 'a', pem }])), keyProblems(''), keyProblems(writeKeys([{ keyId: 'a', pem }]))]).toEqual([true, 'Two keys have one name.', '', '']));
});

it('keeps opened stacks in the address', () => expect([...readOpen(openMore(openMore(undefined, 'stack-3-task'), 'stack-3-task'))]).toEqual([['stack-3-task', 2]]));
