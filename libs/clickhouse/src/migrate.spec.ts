import { describe, expect, it } from '@jest/globals';
import { statementsOf } from './migrate.js';

describe('statementsOf', () => {
  it('splits at semicolons that end a line and drops comment lines', () => {
    expect(statementsOf("-- why\ncreate table a (x String default ';a');\n\n-- more\ncreate table b\n(y UInt8);\n")).toEqual(["create table a (x String default ';a')", 'create table b\n(y UInt8)']);
  });
});
