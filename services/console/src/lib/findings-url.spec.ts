import { describe, expect, it } from '@jest/globals';
import { apiQuery, OPEN, parseFindingsSearch, parseSearch, stringifySearch, toggled, valuesOf } from './findings-url.js';

describe('the findings list in the URL', () => {
  it('survives the way out and back', () => {
    const search = { band: 'act,attend', repository: 'github.com/acme/pay', q: 'a&b=c #1', peek: 'x' };
    expect(parseFindingsSearch(parseSearch(stringifySearch(search)))).toEqual(search);
    expect(stringifySearch({ band: 'act,attend', repository: 'github.com/acme/pay' })).toBe('?band=act,attend&repository=github.com/acme/pay');
  });

  it('drops what it does not know', () => expect(parseFindingsSearch({ evil: 'x', band: '', status: 'open', exposed: ['yes', 'unknown'] })).toEqual({ status: 'open', exposed: 'yes,unknown' }));

  it('toggles one value at a time', () => {
    expect(toggled({ band: 'act' }, 'band', 'attend')).toEqual({ band: 'act,attend' });
    expect(toggled({ band: 'act', q: 'x' }, 'band', 'act')).toEqual({ q: 'x' });
    expect(valuesOf({ band: 'act,attend' }, 'band')).toEqual(['act', 'attend']);
  });

  it('asks for what is open unless told otherwise, and never sends what is only the console’s', () => {
    expect(apiQuery({ peek: 'x' })).toEqual({ status: OPEN, decision: 'none' });
    expect(apiQuery({ status: 'all', band: 'act' })).toEqual({ status: undefined, decision: undefined, band: 'act' });
    expect(apiQuery({ status: 'fixed' })).toEqual({ status: 'fixed', decision: undefined });
    expect(apiQuery({ decision: 'accepted-risk' })).toEqual({ status: OPEN, decision: 'accepted-risk' });
  });
});
