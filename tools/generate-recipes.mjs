// Writes docs/reference/recipes.md from what the recipes declare of themselves (after a build of services/dedup). That the
// page is not stale is a spec of dedup.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { RECIPE_DECLARATIONS } = await import(join(root, 'services/dedup/dist/domain/recipes.js'));
const { recipesPage } = await import(join(root, 'services/dedup/dist/domain/recipes-page.js'));

writeFileSync(join(root, 'docs/reference/recipes.md'), recipesPage(RECIPE_DECLARATIONS));
