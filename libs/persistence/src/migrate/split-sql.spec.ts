import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitSql } from './split-sql.js';

const texts = (sql: string): string[] => splitSql(sql).map(({ text }) => text);

describe('splitSql', () => {
  it('splits at semicolons outside of strings, names, dollar quotes and comments', () => {
    expect(texts("select ';'; select \"a;b\"; select $$ ; $$; select $f$ ; $$ ; $f$; -- a; b\nselect 1 /* ; /* nested; */ ; */ + 1")).toEqual([
      "select ';'", 'select "a;b"', 'select $$ ; $$', 'select $f$ ; $$ ; $f$', '-- a; b\nselect 1 /* ; /* nested; */ ; */ + 1',
    ]);
    expect(texts("select 'it''s; fine'; select E'it\\'s; fine'; select 'back\\'; select 2")).toEqual(["select 'it''s; fine'", "select E'it\\'s; fine'", "select 'back\\'", 'select 2']);
  });

  it('leaves out what is only comment, and tells the line of the first word', () => {
    expect(splitSql('-- head\n\nselect 1;\n/* two\n lines */\nselect 2;\n-- end\n')).toEqual([
      { text: '-- head\n\nselect 1', line: 3 }, { text: '/* two\n lines */\nselect 2', line: 6 },
    ]);
    expect(splitSql(' ; ;\n-- nothing')).toEqual([]);
  });

  it('finds again what was joined by semicolons', () => {
    const part = fc.constantFrom("select 1", "select ';'", 'select $$;$$', 'create table "x;y" (a int)', 'select 1 /* ; */', "select 'a''b;'", 'do $do$ begin; end $do$');
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), (parts) => expect(texts(parts.join(';\n'))).toEqual(parts)));
  });

  it('ends for any text, however broken', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("'", '"', '$', ';', '-', '/', '*', 'E', 'a', '\n', '\\') }), (sql) => { splitSql(sql); }));
  });
});
