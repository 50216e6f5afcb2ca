import type { Dice } from '../random.js';
import { drawn, indent, words, type Shape } from './planted.js';

const HEADER = `import hashlib
import marshal
import os
import pickle
import random
import sqlite3
import ssl
import subprocess
import tempfile
import urllib.request

import requests
import yaml
from flask import Flask, Markup, jsonify, redirect, render_template_string, request

app = Flask(__name__)
database = sqlite3.connect("app.db")`;

/** Several shapes of each family; \`a\` is what the caller gave. */
const SHAPES: readonly Shape[] = [
  ({ a, word }) => [`⟦command-injection|os.system("archive-${word} " + ${a})⟧`],
  ({ a, word }) => [`⟦command-injection|subprocess.call("lp -d ${word} %s" % ${a}, shell=True)⟧`],
  ({ a, b, word }) => [`${b} = ⟦command-injection|subprocess.check_output(`, `    f"convert ${word}.png {${a}}",`, '    shell=True,', ')⟧', `print(len(${b}))`],
  ({ a, b, word }) => [`${b} = ⟦command-injection|subprocess.Popen("grep {} ${word}.log".format(${a}), shell=True, stdout=subprocess.PIPE)⟧`, `${b}.wait()`],
  ({ a, word }) => [`⟦command-injection|os.popen(f"du -sh /srv/${word}/{${a}}")⟧.read()`],
  ({ a, b, word }) => [`${b} = database.cursor()`, `⟦sql-injection|${b}.execute("SELECT * FROM ${word}s WHERE name = '%s'" % ${a})⟧`],
  ({ a, b, word }) => [`${b} = database.cursor()`, `⟦sql-injection|${b}.execute(f"DELETE FROM ${word}s WHERE id = {${a}}")⟧`],
  ({ a, b, word }) => [`⟦sql-injection|${b} = "UPDATE ${word}s SET state = 'done' WHERE owner = '" + ${a} + "'"`, `database.execute(${b})⟧`],
  ({ a, word }) => ['⟦sql-injection|database.execute(', `    "SELECT id, total FROM ${word}s"`, `    " WHERE label = '{}'".format(${a})`, ')⟧'],
  ({ b }) => [`${b} = ⟦deserialization|pickle.loads(request.data)⟧`, `print(${b})`],
  ({ b }) => [`${b} = ⟦deserialization|yaml.load(request.data)⟧`, `print(${b})`],
  ({ b, word }) => [`with open("${word}.bin", "rb") as ${b}:`, `    print(⟦deserialization|marshal.load(${b})⟧)`],
  ({ a, b }) => [`${b} = ⟦weak-hash|hashlib.md5(${a}.encode())⟧.hexdigest()`, `print(${b})`],
  ({ a, b, word }) => [`${b} = ⟦weak-hash|hashlib.sha1(("${word}:" + ${a}).encode("utf-8"))⟧`, `print(${b}.hexdigest())`],
  ({ a, b }) => [`${b} = ⟦weak-hash|hashlib.new("md5", ${a}.encode())⟧.hexdigest()`, `print(${b})`],
  ({ a, b }) => [`${b} = ⟦code-injection|eval(${a})⟧`, `print(${b})`],
  ({ a, word }) => [`⟦code-injection|exec("${word} = " + ${a})⟧`],
  ({ a, word }) => [`print(⟦template-injection|render_template_string("<p>${word} " + ${a} + "</p>")⟧)`],
  ({ a, b, word }) => [`${b} = ⟦xss|Markup("<b>${word} %s</b>" % ${a})⟧`, `print(${b})`],
  ({ a, b, word }) => [`${b} = ⟦tls-verification|requests.get("https://${word}.internal/" + ${a}, verify=False, timeout=5)⟧`, `print(${b}.text)`],
  ({ a, word }) => ['⟦tls-verification|requests.post(', `    "https://hooks.internal/${word}",`, `    json={"value": ${a}},`, '    verify=False,', '    timeout=10,', ')⟧'],
  ({ b }) => [`${b} = ⟦tls-verification|ssl._create_unverified_context()⟧`, `print(${b})`],
  ({ b, word }) => [`${b} = ⟦temp-file|tempfile.mktemp(suffix=".${word}")⟧`, `print(${b})`],
  ({ b }) => [`${b} = ⟦weak-random|random.randint(100000, 999999)⟧`, `print(${b})`],
  ({ b, word }) => [`${b} = "".join(⟦weak-random|random.choice("abcdef0123456789")⟧ for _ in range(16))`, `print("${word}", ${b})`],
  ({ a, word }) => [`with ⟦path-traversal|open("/srv/${word}/" + ${a})⟧ as stream:`, '    print(stream.read())'],
  ({ a, b, word }) => [`${b} = ⟦path-traversal|open(os.path.join("/var/${word}", ${a}), "rb")⟧`, `print(${b}.read())`],
  ({ a }) => [`print(⟦ssrf|urllib.request.urlopen(${a})⟧.read())`],
  ({ a, b }) => [`${b} = ⟦ssrf|requests.get(${a}, timeout=3)⟧`, `print(${b}.status_code)`],
  ({ a, word }) => [`if ${a} == "${word}":`, `    print(⟦open-redirect|redirect(request.args["next"])⟧)`],
  ({ word }) => [`⟦file-permissions|os.chmod("/srv/${word}.sh", 0o777)⟧`],
];

/** What a scanner should leave alone, and some do not. */
const SAFE: readonly Shape[] = [
  ({ a, b, word }) => [`${b} = database.execute("SELECT * FROM ${word}s WHERE name = ?", (${a},))`, `print(${b}.fetchall())`],
  ({ b, word }) => [`${b} = ⟦look-alike-command|subprocess.run(["stat", "/srv/${word}"], check=True)⟧`, `print(${b})`],
  ({ a, b }) => [`${b} = yaml.safe_load(${a})`, `print(${b})`],
  ({ a, b }) => [`${b} = hashlib.sha256(${a}.encode()).hexdigest()`, `print(${b})`],
  ({ a, b, word }) => [`${b} = {"${word}": ${a}, "length": len(${a})}`, `print(jsonify(${b}))`],
  ({ a, word }) => [`for index, letter in enumerate(${a}):`, '    if letter == "-":', `        print("${word}", index)`],
];

/** Functions of the first style come bare, as routes or in a class: symbols, depth and neighbours differ. */
function wrapped(style: number, name: string, argument: string, body: readonly string[]): string[] {
  if (style === 0) return [`@app.route("/${name.replaceAll('_', '-')}")`, `def ${name}():`, `    ${argument} = request.args.get("${argument}", "")`, ...indent(body, '    '), '    return "done"'];
  if (style === 1) return [`def ${name}(${argument}):`, `    """Works on one ${argument}."""`, ...indent(body, '    '), `    return ${argument}`];
  return [`class ${name.split('_').map((part) => (part[0]?.toUpperCase() ?? '') + part.slice(1)).join('')}:`, '    def __init__(self, store):', '        self.store = store', '', `    def run(self, ${argument}):`, ...indent(body, '        '), '        return self.store'];
}

/** Modules with flaws of every family, among them several in one function and equal ones in one file and on one line. */
export function pythonFiles(dice: Dice, modules: number): ReadonlyMap<string, string> {
  const [flaws, safe] = [drawn(SHAPES, dice), drawn(SAFE, dice)];
  const files = new Map<string, string>();
  for (let module = 0; module < modules; module++) {
    const parts = [HEADER];
    for (let i = 0; i < 6; i++) {
      const own = words(dice);
      const name = `${dice.pick(['load', 'sync', 'export', 'check', 'render', 'store'])}_${own.word}_${module}${i}`;
      const body = [...(dice.chance(0.5) ? safe.next().value({ ...words(dice), a: own.a }) : []), ...flaws.next().value(own), ...(dice.chance(0.4) ? flaws.next().value({ ...words(dice), a: own.a }) : []), ...(dice.chance(0.4) ? safe.next().value({ ...words(dice), a: own.a }) : [])];
      parts.push(wrapped(dice.below(3), name, own.a, body).join('\n'));
    }
    files.set(`services/module_${module}/handlers.py`, `${parts.join('\n\n\n')}\n`);
  }
  return files.set('services/shared/equals.py', EQUALS).set('services/shared/server.py', SERVER);
}

const EQUALS = `import hashlib
import os
import pickle


def first(value):
    print("first", value)
    ⟦command-injection|os.system("sync " + value)⟧
    return value


def second(value):
    print("second", value)
    ⟦command-injection|os.system("sync " + value)⟧
    return value


def third(value):
    print("third", value)
    ⟦command-injection|os.system("sync " + value)⟧
    return value


def both(left, right):
    return ⟦weak-hash|hashlib.md5(left)⟧.hexdigest() + ⟦weak-hash|hashlib.md5(right)⟧.hexdigest()


def again(blob):
    a = ⟦deserialization|pickle.loads(blob)⟧
    b = ⟦deserialization|pickle.loads(blob)⟧
    return a, b


def mixed(value, blob):
    return ⟦weak-hash|hashlib.md5(blob)⟧.hexdigest(), ⟦deserialization|pickle.loads(blob)⟧, ⟦code-injection|eval(value)⟧
`;

const SERVER = `from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    try:
        return open("index.html").read()
    except Exception:
        pass
    return ""


if __name__ == "__main__":
    app.run(⟦bind-all|host="0.0.0.0"⟧, port=8000)
    ⟦debug-mode|app.run(debug=True)⟧
`;
