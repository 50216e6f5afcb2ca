// Rules on what a file may touch. Rules on what a package may depend on are in tools/src/dependency-rules (pnpm lets a
// package import only what its package.json names, so that the manifests are the graph); its specs plant a violation of each.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const kafkaClients = { regex: '^(kafkajs|@platformatic/kafka)(/|$)', message: 'Kafka clients live in libs/stream/src/drivers only: the rest of the code knows ports.' };
const otherPlugin = { regex: '^\\.\\./(?!\\.\\.|api/)', message: 'A plug-in depends on its api and the domain, never on another plug-in.' };
const schemaFiles = { regex: '(^|/)schemas/(avro|topics)', message: 'Only libs/contracts reads schemas/: types and catalogues are generated from it.' };
const inputOutput = { group: ['node:fs', 'node:fs/*', 'node:net', 'node:http', 'node:https', 'node:child_process', 'fs', 'net', 'http', 'https', 'undici'], message: 'Parsers do no I/O: they turn a stream into drafts.' };
const infrastructure = { group: ['@nestjs/*', 'typeorm', 'pg', 'kafkajs', '@throughline/persistence', '@throughline/clickhouse', '@throughline/service-kit', 'node:fs', 'node:fs/*', 'node:net', 'node:http'], message: 'Domain code decides; it knows no framework, database, broker or file.' };

const processEnv = { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Only config.ts reads process.env.' };
const sql = { selector: "CallExpression[callee.property.name='query'][arguments.0.type=/Literal$/]", message: 'SQL lives in persistence/ only.' };
const timeOrChance = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Time is an input: take it from a Clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is an input: take it from a Clock.' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Chance is an input: pass it in.' },
];

const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const forbid = (...rules) => ({ 'no-restricted-syntax': ['error', ...rules] });
const SPECS = ['**/*.spec.ts', '**/*.int-spec.ts', '**/test/**', '**/bench/**'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/generated/**', '**/*.generated.ts', '**/fixtures/**', '**/golden/**', '.nx/**', '.throughline/**', 'services/console/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  { files: ['**/*.mjs', '**/*.cjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', fetch: 'readonly', performance: 'readonly', require: 'readonly', module: 'readonly', __dirname: 'readonly', AbortSignal: 'readonly' } }, rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      'no-control-regex': 'off',
    },
  },
  { files: ['libs/**/*.ts', 'services/**/*.ts'], ignores: [...SPECS], rules: { ...restrict(kafkaClients, schemaFiles), ...forbid(processEnv) } },
  { files: ['services/*/src/**/*.ts'], ignores: [...SPECS, '**/persistence/**', '**/config.ts'], rules: forbid(processEnv, sql) },
  { files: ['**/config.ts', 'libs/testing/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['libs/stream/src/drivers/**', 'libs/testing/**', 'libs/stream/src/nest/**'], rules: restrict(schemaFiles) },
  { files: ['libs/contracts/**'], rules: restrict(kafkaClients) },
  { files: ['services/*/src/domain/**/*.ts', 'libs/domain/**/*.ts'], ignores: SPECS, rules: { ...restrict(kafkaClients, schemaFiles, infrastructure), ...forbid(processEnv, sql, ...timeOrChance) } },
  { files: ['libs/domain/src/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['libs/domain/**/*.ts'], ignores: SPECS, rules: restrict({ regex: '^[^.]', message: 'The domain library imports nothing external.' }) },
  { files: ['libs/parsers/src/**/*.ts'], ignores: SPECS, rules: restrict(kafkaClients, schemaFiles, inputOutput) },
  { files: ['libs/parsers/src/tools/*/*.ts', 'libs/connectors/src/*/*.ts', 'libs/ticketing/src/*/*.ts'], ignores: [...SPECS, '**/api/**'], rules: restrict(kafkaClients, schemaFiles, otherPlugin) },
  { files: ['libs/parsers/src/tools/*/*.ts'], ignores: SPECS, rules: restrict(kafkaClients, schemaFiles, otherPlugin, inputOutput) },
  { files: SPECS, rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
);
