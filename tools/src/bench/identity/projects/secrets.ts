import type { Dice } from '../random.js';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

const text = (dice: Dice, alphabet: string, length: number): string => Array.from({ length }, () => alphabet[dice.below(alphabet.length)]).join('');

/** Values that scanners take for credentials; made at run time, so that none lies in the repository. */
const VALUES: readonly ((dice: Dice) => { readonly name: string; readonly value: string })[] = [
  (dice) => ({ name: 'aws_access_key', value: `AKIA${text(dice, UPPER, 16)}` }),
  (dice) => ({ name: 'github_token', value: `gh${'p'}_${text(dice, ALPHANUMERIC, 36)}` }),
  (dice) => ({ name: 'slack_token', value: `xox${'b'}-${text(dice, '0123456789', 12)}-${text(dice, '0123456789', 12)}-${text(dice, ALPHANUMERIC, 24)}` }),
  (dice) => ({ name: 'api_key', value: dice.hex(40) }),
  (dice) => ({ name: 'db_password', value: `${text(dice, ALPHANUMERIC, 14)}!${dice.below(10)}` }),
  (dice) => ({ name: 'stripe_key', value: `sk_${'live'}_${text(dice, ALPHANUMERIC, 24)}` }),
  (dice) => ({ name: 'client_secret', value: text(dice, ALPHANUMERIC, 32) }),
];

/** Each value in one to four files of different kinds; one flaw is one value, wherever it lies. */
export function secretFiles(dice: Dice, count: number): ReadonlyMap<string, string> {
  const secrets = Array.from({ length: count }, (_, at) => ({ ...(VALUES[at % VALUES.length] as (typeof VALUES)[number])(dice), at }));
  const lines = (write: (name: string, marked: string) => string, from: number): string => secrets.filter((one) => dice.chance(0.55) || one.at % 4 === from).map(({ name, at, value }) => write(`${name}_${at}`, `⟦${ID(at)}|${value}⟧`)).join('\n');
  const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return new Map([
    ['config/production.env', `LOG_LEVEL=info\n${lines((name, value) => `${name.toUpperCase()}=${value}`, 0)}\nPORT=8080\n`],
    ['config/settings.py', `"""Settings of the service."""\nDEBUG = False\n${lines((name, value) => `${name} = "${value}"`, 1)}\nREGION = "eu-central-1"\n`],
    ['config/settings.js', `'use strict';\nmodule.exports = {\n  region: 'eu-central-1',\n${lines((name, value) => `  ${camel(name)}: '${value}',`, 2)}\n};\n`],
    ['deploy/values.yaml', `replicas: 2\nenv:\n${lines((name, value) => `  ${name}: "${value}"`, 3)}\nregion: eu-central-1\n`],
  ]);
}

/** Marks hold no digits: a value's number is written in letters. */
const ID = (at: number): string => `secret-${[...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;
