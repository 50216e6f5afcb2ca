/** A small stream of numbers that is the same for the same seed. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

const NAMES = 'user account order item path query file token session request payload record page filter group invoice cart address report job task event message channel member price stock tag label owner status config option value target source input output buffer index offset limit region zone host'.split(' ');
const TABLES = 'users orders invoices members sessions events reports products payments audit_log carts messages tags jobs'.split(' ');
const COLUMNS = 'id name email created_at owner_id total status slug title region amount kind'.split(' ');

export interface Language {
  readonly extension: string;
  readonly open: (name: string) => string;
  readonly close: readonly string[];
  readonly filler: (chance: Chance) => string;
  readonly rules: Readonly<Record<string, (chance: Chance) => string>>;
}

export const name = (chance: Chance): string => {
  const one = chance.pick(NAMES);
  const other = chance.pick(NAMES);
  return chance.pick([one, `${one}_${other}`, `${one}${other[0]?.toUpperCase()}${other.slice(1)}`, `${one}${chance.below(4)}`]);
};
const table = (chance: Chance): string => chance.pick(TABLES);
const column = (chance: Chance): string => chance.pick(COLUMNS);

const python: Language = {
  extension: 'py', open: (called) => `def ${called}(request):`, close: [''],
  filler: (chance) => chance.pick([`    ${name(chance)} = ${name(chance)}.get("${column(chance)}")`, `    if ${name(chance)} is None:`, `        return ${name(chance)}`, `    # ${name(chance)} of ${name(chance)}`, '']),
  rules: {
    'sql-injection': (chance) => `    cursor.execute("SELECT ${column(chance)} FROM ${table(chance)} WHERE ${column(chance)} = " + ${name(chance)})`,
    'shell-true': (chance) => `    subprocess.run("${chance.pick(['ls', 'rm', 'convert', 'git', 'tar'])} " + ${name(chance)}, shell=True)`,
    'eval-used': (chance) => `    ${name(chance)} = eval(${name(chance)})`,
    'weak-hash': (chance) => `    ${name(chance)} = hashlib.md5(${name(chance)}.encode())`,
    'unsafe-yaml': (chance) => `    ${name(chance)} = yaml.load(${name(chance)}.read())`,
  },
};
const javascript: Language = {
  extension: 'js', open: (called) => `function ${called}(req, res) {`, close: ['}', ''],
  filler: (chance) => chance.pick([`  const ${name(chance)} = req.body.${name(chance)};`, `  if (!${name(chance)}) return;`, `  log.info('${name(chance)} ${name(chance)}');`, '']),
  rules: {
    'sql-injection': (chance) => `  db.query(\`SELECT * FROM ${table(chance)} WHERE ${column(chance)} = \${${name(chance)}.${name(chance)}}\`);`,
    'xss-write': (chance) => `  res.send("<${chance.pick(['b', 'p', 'h1', 'div'])}>" + req.query.${name(chance)});`,
    'path-join': (chance) => `  const ${name(chance)} = fs.readFileSync(path.join(${name(chance)}, ${name(chance)}));`,
    'eval-used': (chance) => `  eval(${name(chance)});`,
  },
};
const go: Language = {
  extension: 'go', open: (called) => `func ${called}(w http.ResponseWriter, r *http.Request) {`, close: ['}', ''],
  filler: (chance) => chance.pick([`\t${name(chance)} := r.FormValue("${column(chance)}")`, '\tif err != nil {', '\t}', `\tlog.Println(${name(chance)})`, '']),
  rules: {
    'sql-injection': (chance) => `\trows, err := db.Query("SELECT ${column(chance)} FROM ${table(chance)} WHERE ${column(chance)} = " + ${name(chance)})`,
    'command-injection': (chance) => `\tout, err := exec.Command("${chance.pick(['sh', 'bash', 'git'])}", "-c", ${name(chance)}).Output()`,
    'unchecked-error': (chance) => `\t${name(chance)}.Close()`,
  },
};
const java: Language = {
  extension: 'java', open: (called) => `    public void ${called}(HttpServletRequest request) {`, close: ['    }', ''],
  filler: (chance) => chance.pick([`        String ${name(chance)} = request.getParameter("${column(chance)}");`, `        if (${name(chance)} == null) return;`, `        logger.info("${name(chance)}");`, '']),
  rules: {
    'sql-injection': (chance) => `        stmt.executeQuery("SELECT ${column(chance)} FROM ${table(chance)} WHERE ${column(chance)} = '" + ${name(chance)} + "'");`,
    'weak-random': (chance) => `        int ${name(chance)} = new Random().nextInt(${1 + chance.below(900)});`,
    'path-traversal': (chance) => `        File ${name(chance)} = new File(${name(chance)}, request.getParameter("${column(chance)}"));`,
  },
};
export const LANGUAGES: readonly Language[] = [python, javascript, go, java];
