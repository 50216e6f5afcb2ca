import type { Dice } from '../random.js';
import { drawn, indent, words, type Shape } from './planted.js';

const HEADER = `'use strict';
const express = require('express');
const childProcess = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const https = require('https');
const axios = require('axios');
const jwt = require('jsonwebtoken');
const mysql = require('mysql');
const serialize = require('node-serialize');

const router = express.Router();
const db = mysql.createConnection({ host: 'db' });`;

const SHAPES: readonly Shape[] = [
  ({ a, word }) => [`⟦command-injection|childProcess.exec('tar cf ${word}.tar ' + ${a})⟧;`],
  ({ a, word }) => [`⟦command-injection|childProcess.execSync(\`ping -c 1 \${${a}} # ${word}\`)⟧;`],
  ({ a, b, word }) => ['⟦command-injection|childProcess.exec(', `  'convert ${word}.png ' + ${a},`, `  (error, ${b}) => res.send(${b}),`, ')⟧;'],
  ({ a, b, word }) => [`⟦sql-injection|db.query("SELECT * FROM ${word}s WHERE id = '" + ${a} + "'", (error, ${b}) => res.json(${b}))⟧;`],
  ({ a, b, word }) => [`⟦sql-injection|const ${b} = 'DELETE FROM ${word}s WHERE name = ' + ${a};`, `db.query(${b})⟧;`],
  ({ a, word }) => ['⟦sql-injection|db.query(', `  \`SELECT total FROM ${word}s WHERE owner = '\${${a}}'\`,`, '  (error, rows) => res.json(rows),', ')⟧;'],
  ({ a, b, word }) => [`⟦path-traversal|fs.readFile('/data/${word}/' + ${a}, (error, ${b}) => res.send(${b}))⟧;`],
  ({ a, b, word }) => [`const ${b} = ⟦path-traversal|fs.readFileSync(path.join('/srv/${word}', ${a}))⟧;`, `res.send(${b});`],
  ({ a, b }) => [`const ${b} = ⟦code-injection|eval(${a})⟧;`, `res.send(String(${b}));`],
  ({ a, b, word }) => [`const ${b} = ⟦code-injection|new Function('${word}', ${a})⟧;`, `res.send(${b}());`],
  ({ b }) => [`const ${b} = ⟦deserialization|serialize.unserialize(req.body.data)⟧;`, `res.json(${b});`],
  ({ a, b }) => [`const ${b} = ⟦regex-injection|new RegExp(${a})⟧;`, `res.send(String(${b}.test('x')));`],
  ({ a, b }) => [`const ${b} = ⟦unsafe-regex|/(a+)+$/⟧.test(${a});`, `res.send(String(${b}));`],
  ({ a, b }) => [`const ${b} = ⟦weak-hash|crypto.createHash('md5')⟧.update(${a}).digest('hex');`, `res.send(${b});`],
  ({ a, b, word }) => [`const ${b} = ⟦weak-hash|crypto.createHash('sha1')⟧`, `  .update('${word}' + ${a})`, "  .digest('base64');", `res.send(${b});`],
  ({ b, word }) => [`const ${b} = ⟦weak-random|Math.random()⟧.toString(36).slice(2);`, `res.send('${word}-' + ${b});`],
  ({ word }) => [`⟦xss|res.send('<b>${word} ' + req.query.title + '</b>')⟧;`],
  () => ['⟦open-redirect|res.redirect(req.query.next)⟧;'],
  ({ a, b }) => [`⟦ssrf|axios.get(req.query.url)⟧.then((${b}) => res.send(${b}.data + ${a}));`],
  ({ b }) => [`const ${b} = ⟦tls-verification|new https.Agent({ rejectUnauthorized: false })⟧;`, `res.send(String(${b}.maxSockets));`],
  ({ a, b }) => [`const ${b} = ⟦weak-cipher|crypto.createCipher('des', ${a})⟧;`, `res.send(${b}.update('x', 'utf8', 'hex'));`],
  ({ a }) => [`if (⟦timing|password === ${a}⟧) {`, "  res.send('welcome');", '}'],
  ({ a, b }) => [`const ${b} = ⟦jwt-none|jwt.verify(${a}, 'none', { algorithms: ['none'] })⟧;`, `res.json(${b});`],
];

const SAFE: readonly Shape[] = [
  ({ a, word }) => [`db.query('SELECT * FROM ${word}s WHERE id = ?', [${a}], (error, rows) => res.json(rows));`],
  ({ a, b }) => [`const ${b} = crypto.createHash('sha256').update(${a}).digest('hex');`, `res.set('etag', ${b});`],
  ({ b, word }) => [`const ${b} = fs.readFileSync('/etc/${word}.json', 'utf8');`, `res.type('json').send(${b});`],
  ({ word }) => [`res.render('${word}', { title: req.query.title });`],
  ({ a, b }) => [`const ${b} = { value: ${a}, length: ${a}.length };`, `res.json(${b});`],
];

function wrapped(style: number, name: string, argument: string, body: readonly string[]): string[] {
  if (style === 0) return [`router.get('/${name}', (req, res) => {`, `  const ${argument} = req.query.${argument};`, ...indent(body, '  '), '});'];
  if (style === 1) return [`function ${name}(req, res) {`, `  const ${argument} = String(req.body.${argument});`, ...indent(body, '  '), '}', `router.post('/${name}', ${name});`];
  return [`router.post('/${name}', async function ${name}(req, res) {`, `  const ${argument} = req.params.${argument};`, '  try {', ...indent(body, '    '), '  } catch (error) {', '    res.status(500).end();', '  }', '});'];
}

export function javascriptFiles(dice: Dice, modules: number): ReadonlyMap<string, string> {
  const [flaws, safe] = [drawn(SHAPES, dice), drawn(SAFE, dice)];
  const files = new Map<string, string>();
  for (let module = 0; module < modules; module++) {
    const parts = [HEADER];
    for (let i = 0; i < 6; i++) {
      const own = words(dice);
      const name = `${dice.pick(['get', 'post', 'show', 'make', 'find', 'send'])}${own.word}${module}${i}`;
      const body = [...(dice.chance(0.4) ? safe.next().value({ ...words(dice), a: own.a }) : []), ...flaws.next().value(own), ...(dice.chance(0.4) ? flaws.next().value({ ...words(dice), a: own.a }) : [])];
      parts.push(wrapped(dice.below(3), name, own.a, body).join('\n'));
    }
    files.set(`web/routes/area${module}.js`, `${parts.join('\n\n')}\n\nmodule.exports = router;\n`);
  }
  return files.set('web/lib/equals.js', EQUALS);
}

const EQUALS = `'use strict';
const childProcess = require('child_process');
const crypto = require('crypto');

function first(host) {
  console.log('first', host);
  ⟦command-injection|childProcess.exec('ping ' + host)⟧;
}

function second(host) {
  console.log('second', host);
  ⟦command-injection|childProcess.exec('ping ' + host)⟧;
}

function third(host) {
  console.log('third', host);
  ⟦command-injection|childProcess.exec('ping ' + host)⟧;
}

function both(left, right) {
  return ⟦weak-hash|crypto.createHash('md5')⟧.update(left).digest('hex') + ⟦weak-hash|crypto.createHash('md5')⟧.update(right).digest('hex');
}

function mixed(value) {
  return [⟦code-injection|eval(value)⟧, ⟦weak-hash|crypto.createHash('md5')⟧.update(value).digest('hex'), ⟦weak-random|Math.random()⟧];
}

module.exports = { first, second, third, both, mixed };
`;
