import type { Dice } from '../random.js';
import { drawn, indent, words, type Shape } from './planted.js';

const HEADER = (name: string): string => `package ${name}

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/tls"
	"database/sql"
	"fmt"
	"math/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

var db *sql.DB

// The imports are used once here, so that every file may hold any of the shapes.
var _ = []any{md5.New, sha1.New, tls.VersionTLS13, fmt.Sprint, rand.Int, http.StatusOK, os.Args, exec.ErrNotFound, filepath.Separator}`;

const SHAPES: readonly Shape[] = [
  ({ a, b, word }) => [`${b}, _ := ⟦command-injection|exec.Command("sh", "-c", "rotate ${word} "+${a}).Output()⟧`, `w.Write(${b})`],
  ({ a, b }) => [`${b} := ⟦command-injection|exec.Command(${a}, "--version")⟧`, `_ = ${b}.Run()`],
  ({ a, b, word }) => [`${b}, _ := ⟦sql-injection|db.Query(fmt.Sprintf("SELECT * FROM ${word}s WHERE name = '%s'", ${a}))⟧`, `_ = ${b}`],
  ({ a, b, word }) => [`${b}, _ := ⟦sql-injection|db.Query("SELECT id FROM ${word}s WHERE owner = '" + ${a} + "'")⟧`, `_ = ${b}`],
  ({ a, b, word }) => [`⟦sql-injection|${b} := fmt.Sprintf("DELETE FROM ${word}s WHERE id = %s", ${a})`, `_, _ = db.Exec(${b})⟧`],
  ({ a, b }) => [`${b} := ⟦weak-hash|md5.Sum([]byte(${a}))⟧`, `fmt.Fprintf(w, "%x", ${b})`],
  ({ a, b }) => [`${b} := ⟦weak-hash|sha1.New()⟧`, `fmt.Fprint(w, ${b}.Size(), ${a})`],
  ({ a, b, word }) => [`${b}, _ := ⟦path-traversal|os.ReadFile(filepath.Join("/srv/${word}", ${a}))⟧`, `w.Write(${b})`],
  ({ a, b }) => [`${b}, _ := ⟦path-traversal|os.Open(${a})⟧`, `_ = ${b}`],
  ({ b }) => [`${b} := ⟦weak-random|rand.Int()⟧`, `fmt.Fprint(w, ${b})`],
  ({ b }) => [`${b} := &http.Transport{TLSClientConfig: ⟦tls-verification|&tls.Config{InsecureSkipVerify: true}⟧}`, `fmt.Fprint(w, ${b}.MaxIdleConns)`],
  ({ a, b }) => [`${b}, _ := ⟦ssrf|http.Get(${a})⟧`, `_ = ${b}`],
  ({ word }) => [`_ = ⟦file-permissions|os.WriteFile("/srv/${word}.txt", nil, 0o777)⟧`],
];

const SAFE: readonly Shape[] = [
  ({ a, b, word }) => [`${b}, _ := db.Query("SELECT * FROM ${word}s WHERE name = ?", ${a})`, `_ = ${b}`],
  ({ a, word }) => [`if len(${a}) > 10 {`, `	fmt.Fprint(w, "${word} is long")`, '}'],
  ({ a, b }) => [`${b} := map[string]string{"value": ${a}}`, `fmt.Fprint(w, ${b})`],
];

export function goFiles(dice: Dice, modules: number): ReadonlyMap<string, string> {
  const [flaws, safe] = [drawn(SHAPES, dice), drawn(SAFE, dice)];
  const files = new Map<string, string>();
  for (let module = 0; module < modules; module++) {
    const parts = [HEADER(`area${module}`)];
    for (let i = 0; i < 5; i++) {
      const own = words(dice);
      const body = [...flaws.next().value(own), ...(dice.chance(0.5) ? safe.next().value({ ...words(dice), a: own.a }) : []), ...(dice.chance(0.4) ? flaws.next().value({ ...words(dice), a: own.a }) : [])];
      const name = `${dice.pick(['Show', 'Make', 'Read'])}${own.word}${module}${i}`;
      parts.push([`func ${name}(w http.ResponseWriter, r *http.Request) {`, `	${own.a} := r.URL.Query().Get("${own.a}")`, ...indent(body, '\t'), '}'].join('\n'));
    }
    files.set(`internal/area${module}/handlers.go`, `${parts.join('\n\n')}\n`);
  }
  return files;
}
