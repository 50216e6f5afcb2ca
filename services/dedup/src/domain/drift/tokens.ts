/** A word, number or operator of code in any language. */
export interface Token {
  /** Equal for equal tokens: spelling of a name is no identity (`userId`, `user_id`), nor are quotes, which a cut snippet may lack. */
  readonly key: string;
  /** `text`: a word inside a string; `callee`: a name that is called. */
  readonly kind: 'name' | 'callee' | 'keyword' | 'text' | 'number' | 'operator';
}

const STRINGS = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/gu;
/** Brackets are kept for telling calls; commas and semicolons come and go with formatting. */
const LEXEMES = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}[\p{L}\p{N}_.]*|[()]|\.|[+\-*/%=<>!&|^~?:@#]+/gu;
/** `${name}` in a template is code. */
const EMBEDDED = /\$\{([^}]*)\}/g;

export const KEYWORDS: ReadonlySet<string> = new Set((
  'and as assert async await bool boolean break byte case catch char class const continue def default del do double elif else end enum err error except export extends '
  + 'false final finally float for from func function global go if implements import in int interface is lambda let long map module new nil none not null number object or '
  + 'package pass private protected public raise range readonly require return short static string struct super switch synchronized throw throws true try type '
  + 'typeof undefined unless until use using val var void when where while with yield select insert update delete into values set like order by group join on '
  + 'req res request response ctx self this err args kwargs'
).split(' '));

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const lexemes: string[] = [];
  let from = 0;
  for (const string of text.matchAll(STRINGS)) {
    lexemes.push(...lexemesOf(text.slice(from, string.index)), ...literal(string[1] ?? string[2] ?? string[3] ?? ''));
    from = string.index + string[0].length;
  }
  lexemes.push(...lexemesOf(text.slice(from)));
  const callees = calleesOf(lexemes);
  for (const [index, lexeme] of lexemes.entries()) if (!/^[().]$/.test(lexeme)) tokens.push(tokenOf(lexeme, callees.has(index)));
  return tokens;
}

const lexemesOf = (text: string): readonly string[] => text.match(LEXEMES) ?? [];

/** Words of a string, marked as such; code that is embedded in it. */
function literal(text: string): readonly string[] {
  const code = [...text.matchAll(EMBEDDED)].flatMap((one) => lexemesOf(one[1] ?? ''));
  return [...lexemesOf(text.replace(EMBEDDED, ' ')).filter((lexeme) => !/^[().]$/.test(lexeme)).map((lexeme) => `"${lexeme}`), ...code];
}

/** Indices of the names that are called, of the first call also what it is called on: `db`, `query`, `f` in `rows = db.query(f(x))`. */
function calleesOf(lexemes: readonly string[]): ReadonlySet<number> {
  const callees = new Set<number>();
  for (const [index, lexeme] of lexemes.entries()) {
    if (lexeme !== '(' || !isName(lexemes[index - 1])) continue;
    const first = callees.size === 0;
    callees.add(index - 1);
    for (let at = index - 3; first && lexemes[at + 1] === '.' && isName(lexemes[at]); at -= 2) callees.add(at);
  }
  return callees;
}

const isName = (lexeme: string | undefined): boolean => lexeme !== undefined && /^[\p{L}_$]/u.test(lexeme) && !KEYWORDS.has(lexeme.toLowerCase());

function tokenOf(lexeme: string, callee: boolean): Token {
  const text = lexeme.startsWith('"');
  const bare = (text ? lexeme.slice(1) : lexeme).replace(/(?<=.)_+/g, '').toLowerCase();
  if (/^\p{N}/u.test(bare)) return { key: bare, kind: 'number' };
  if (!/^[\p{L}_$]/u.test(bare)) return { key: bare, kind: 'operator' };
  if (KEYWORDS.has(bare)) return { key: bare, kind: 'keyword' };
  return { key: bare, kind: text ? 'text' : callee ? 'callee' : 'name' };
}
