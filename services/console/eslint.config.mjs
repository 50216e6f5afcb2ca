// The console is a browser program with rules of its own: it knows no Node, and no markup that is not escaped.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const unsafe = [
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Texts come from reports: React escapes them, nothing else does (FAULTS 58).' },
  { selector: "MemberExpression[property.name='innerHTML']", message: 'Texts come from reports: React escapes them, nothing else does (FAULTS 58).' },
  { selector: "JSXAttribute[name.name='href'] MemberExpression[property.name='url']", message: 'Addresses from outside go through <Outside>, which lets only http(s) be links.' },
];

export default tseslint.config(
  { ignores: ['dist/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      'no-restricted-syntax': ['error', ...unsafe],
      'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: 'The console runs in a browser.' }] }],
    },
  },
  { files: ['dev/**/*.mjs', 'public/*.js', '*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', fetch: 'readonly', URL: 'readonly', setTimeout: 'readonly', document: 'readonly', localStorage: 'readonly' } } },
);
