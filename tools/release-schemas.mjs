// Keeps the schemas of a release as schemas/released/<record>.json, against which every later change is checked for
// FULL_TRANSITIVE compatibility. Run once a release: a file, once there, is only ever appended to.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { AVRO_SCHEMAS } = await import(join(root, 'libs/contracts/dist/generated/index.js'));
mkdirSync(join(root, 'schemas/released'), { recursive: true });
for (const [name, schema] of Object.entries(AVRO_SCHEMAS)) {
  const file = join(root, 'schemas/released', `${name}.json`);
  const versions = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  if (JSON.stringify(versions.at(-1)) !== JSON.stringify(schema)) writeFileSync(file, `${JSON.stringify([...versions, schema])}\n`);
}
