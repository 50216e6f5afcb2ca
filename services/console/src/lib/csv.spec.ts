import { expect, it } from '@jest/globals';
import { cell } from './csv.js';

it.each([['a', 'a'], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], ['=cmd()', "'=cmd()"], ['-1+1', "'-1+1"], [undefined, ''], [7, '7']])('%s is written as %s', (value, text) => expect(cell(value)).toBe(text));
