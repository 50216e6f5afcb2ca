import fc from 'fast-check';

/** Versions built from each ecosystem's grammar; small alphabets, so that near and equal ones are common. */
const number = fc.oneof(fc.nat({ max: 3 }).map(String), fc.nat({ max: 12 }).map(String), fc.constantFrom('20191109021931', '12345678901234567890'));
const padded = fc.oneof(number, number.map((text) => `0${text}`));
const join = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.join(''));
const maybe = (part: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), part);
const many = (part: fc.Arbitrary<string>, separator: string, minLength: number, maxLength: number): fc.Arbitrary<string> => fc.array(part, { minLength, maxLength }).map((all) => all.join(separator));
const word = fc.constantFrom('alpha', 'beta', 'rc', 'a', 'b', 'Z', 'x-y');
const after = (separator: string, part: fc.Arbitrary<string>): fc.Arbitrary<string> => part.map((text) => `${separator}${text}`);

const triple = many(number, '.', 3, 3);
const prerelease = maybe(after('-', many(fc.oneof(number, word), '.', 1, 3)));
const build = maybe(fc.constantFrom('+build.5', '+incompatible'));
const semver = join(triple, prerelease, build);
const pypiSuffix = (words: readonly string[]): fc.Arbitrary<string> => maybe(join(fc.constantFrom('', '.', '-', '_'), fc.constantFrom(...words), maybe(number)));
const debPart = many(fc.oneof(number, fc.constantFrom('~', '+', '.', 'a', 'rc', 'deb', '~~', 'Z')), '', 0, 5);
const rpmPart = many(fc.oneof(padded, fc.constantFrom('~', '^', '.', '_', 'a', 'rc', 'git', 'Z')), '', 0, 5);

export const GRAMMARS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  npm: semver,
  cargo: semver,
  golang: join(fc.constantFrom('', 'v'), fc.oneof(semver, many(number, '.', 1, 2), join(many(number, '.', 2, 3), fc.constantFrom('rc', 'beta'), number))),
  nuget: join(many(padded, '.', 1, 4), prerelease, build),
  pypi: join(maybe(after('', fc.constantFrom('1!', '2!'))), many(padded, '.', 1, 4), pypiSuffix(['a', 'alpha', 'b', 'rc', 'c', 'preview']), pypiSuffix(['post', 'r', 'rev']), pypiSuffix(['dev']), maybe(after('+', many(fc.oneof(padded, fc.constantFrom('ubuntu', 'a')), '.', 1, 2)))),
  maven: join(number, many(join(fc.constantFrom('.', '-', ''), fc.oneof(number, fc.constantFrom('alpha', 'a', 'b1', 'rc', 'cr2', 'SNAPSHOT', 'ga', 'final', 'sp', 'jre', 'x'))), '', 0, 4)),
  gem: join(number, many(after('.', fc.oneof(number, fc.constantFrom('a', 'b', 'pre', 'rc1', 'a10'))), '', 0, 4), maybe(after('-', fc.constantFrom('1', 'x86')))),
  deb: join(maybe(fc.constantFrom('0:', '1:')), number, debPart, maybe(after('-', join(number, debPart)))),
  rpm: join(maybe(fc.constantFrom('0:', '1:')), padded, rpmPart, maybe(after('-', join(number, rpmPart)))),
  apk: join(number, many(after('.', padded), '', 0, 3), maybe(fc.constantFrom('a', 'b')), many(join(fc.constantFrom('_alpha', '_beta', '_pre', '_rc', '_git', '_p'), maybe(number)), '', 0, 2), maybe(after('-r', number))),
  composer: join(fc.constantFrom('', 'v'), many(number, '.', 1, 4), maybe(join(fc.constantFrom('-', '.', ''), fc.constantFrom('alpha', 'a', 'beta', 'RC', 'patch', 'p', 'stable'), maybe(join(fc.constantFrom('', '.'), number)))), maybe(fc.constant('-dev'))),
};
