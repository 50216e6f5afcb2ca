/**
 * Which kinds of flaw a rule reports, by a person who read the rules: the truth of "these two rules mean the same". Kinds
 * that projects plant come by their names; others (an unchecked error) are here so that two tools that mean the same
 * statement are told to mean the same. A rule that is not here reports something of its own.
 */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'bandit B602': ['command-injection'], 'bandit B605': ['command-injection'], 'bandit B603': ['unshelled-process'], 'bandit B607': ['partial-path'], 'bandit B608': ['sql-injection'],
  'bandit B301': ['deserialization'], 'bandit B302': ['deserialization'], 'bandit B506': ['deserialization'], 'bandit B324': ['weak-hash'], 'bandit B307': ['code-injection'], 'bandit B102': ['code-injection'],
  'bandit B704': ['xss'], 'bandit B501': ['tls-verification'], 'bandit B323': ['tls-verification'], 'bandit B306': ['temp-file'], 'bandit B311': ['weak-random'], 'bandit B310': ['url-scheme'],
  'bandit B103': ['file-permissions'], 'bandit B104': ['bind-all'], 'bandit B201': ['debug-mode'], 'bandit B110': ['swallowed-error'], 'bandit B113': ['no-timeout'], 'bandit B404': ['import-subprocess'],
  'bandit B403': ['import-pickle'], 'bandit B101': ['assertion'], 'bandit B105': ['hardcoded-secret'], 'bandit B106': ['hardcoded-secret'], 'bandit B107': ['hardcoded-secret'], 'bandit B108': ['temp-path'],
  'bandit B112': ['swallowed-loop-error'], 'bandit B507': ['host-key'], 'bandit B601': ['paramiko-call'],
  'semgrep shell-command': ['command-injection'], 'semgrep formatted-sql': ['sql-injection'], 'semgrep untrusted-object': ['deserialization'], 'semgrep old-digest': ['weak-hash'],
  'semgrep code-from-text': ['code-injection'], 'semgrep template-from-text': ['template-injection'], 'semgrep markup-from-text': ['xss'], 'semgrep certificate-not-checked': ['tls-verification'],
  'semgrep guessable-temporary-name': ['temp-file'], 'semgrep guessable-number': ['weak-random'], 'semgrep path-from-caller': ['path-traversal'], 'semgrep address-from-caller': ['ssrf'],
  'semgrep redirect-from-caller': ['open-redirect'], 'semgrep debugger-in-production': ['debug-mode'], 'semgrep everyone-may-write': ['file-permissions'], 'semgrep credential-in-code': ['hardcoded-secret'], 'semgrep js-credential-in-code': ['hardcoded-secret'],
  'semgrep js-shell-command': ['command-injection'], 'semgrep js-formatted-sql': ['sql-injection'], 'semgrep js-path-from-caller': ['path-traversal'], 'semgrep js-code-from-text': ['code-injection'],
  'semgrep js-untrusted-object': ['deserialization'], 'semgrep js-pattern-from-caller': ['regex-injection'], 'semgrep js-old-digest': ['weak-hash'], 'semgrep js-guessable-number': ['weak-random'],
  'semgrep js-markup-from-text': ['xss'], 'semgrep js-redirect-from-caller': ['open-redirect'], 'semgrep js-address-from-caller': ['ssrf'], 'semgrep js-certificate-not-checked': ['tls-verification'],
  'semgrep js-old-cipher': ['weak-cipher'],
  'semgrep go-command': ['command-injection'], 'semgrep go-formatted-sql': ['sql-injection'], 'semgrep go-old-digest': ['weak-hash'], 'semgrep go-path-from-caller': ['path-traversal'],
  'semgrep go-guessable-number': ['weak-random'], 'semgrep go-certificate-not-checked': ['tls-verification'], 'semgrep go-address-from-caller': ['ssrf'],
  'eslint detect-child-process': ['command-injection'], 'eslint detect-eval-with-expression': ['code-injection'], 'eslint detect-non-literal-fs-filename': ['path-traversal'],
  'eslint detect-non-literal-regexp': ['regex-injection'], 'eslint detect-unsafe-regex': ['unsafe-regex'], 'eslint detect-possible-timing-attacks': ['timing'], 'eslint detect-pseudoRandomBytes': ['weak-random'],
  'njsscan node_md5': ['weak-hash'], 'njsscan node_sha1': ['weak-hash'], 'njsscan node_insecure_random_generator': ['weak-random'], 'njsscan node_jwt_none_algorithm': ['jwt-none'],
  'njsscan eval_nodejs': ['code-injection'], 'njsscan express_xss': ['xss'], 'njsscan generic_os_command_exec': ['command-injection'], 'njsscan regex_injection_dos': ['regex-injection'],
  'njsscan express_open_redirect': ['open-redirect'], 'njsscan node_sqli_injection': ['sql-injection'], 'njsscan regex_dos': ['unsafe-regex', 'regex-injection'], 'njsscan generic_path_traversal': ['path-traversal'],
  'njsscan express_lfr_warning': ['template-path'], 'njsscan node_ssrf': ['ssrf'], 'njsscan node_weak_crypto': ['weak-cipher'], 'njsscan node_deserialize': ['deserialization'],
  'njsscan node_timing_attack': ['timing'], 'njsscan join_resolve_path_traversal': ['path-traversal'], 'njsscan hardcoded_jwt_secret': ['hardcoded-secret'], 'njsscan node_password': ['hardcoded-secret'],
  'njsscan node_secret': ['hardcoded-secret'], 'njsscan node_api_key': ['hardcoded-secret'], 'njsscan node_tls_reject': ['tls-verification'],
  'gosec G101': ['hardcoded-secret'], 'gosec G104': ['unhandled-error'], 'gosec G107': ['ssrf'], 'gosec G704': ['ssrf'], 'gosec G201': ['sql-injection'], 'gosec G202': ['sql-injection'], 'gosec G701': ['sql-injection'],
  'gosec G204': ['command-injection'], 'gosec G702': ['command-injection'], 'gosec G304': ['path-traversal'], 'gosec G703': ['path-traversal'], 'gosec G306': ['file-permissions'], 'gosec G302': ['file-permissions'],
  'gosec G401': ['weak-hash'], 'gosec G402': ['tls-verification'], 'gosec G404': ['weak-random'], 'gosec G501': ['import-md5'], 'gosec G505': ['import-sha1'], 'gosec G705': ['xss'],
};

/** Ruff's S rules are Bandit's by number, so that they mean what Bandit's mean; its own messages, columns and version differ. */
const asBandit = (tool: string, rule: string): string => (tool === 'ruff' && /^S\d+$/.test(rule) ? `bandit B${rule.slice(1)}` : `${tool} ${rule}`);

/** Semgrep puts the folder of its configuration before a rule's id, eslint the plug-in's name. */
const bare = (rule: string): string => rule.split('/').at(-1)?.split('.').at(-1) ?? rule;

export function kindsOf(tool: string, rule: string): readonly string[] {
  if (tool === 'gitleaks' || tool === 'detect-secrets') return ['hardcoded-secret'];
  return KINDS[asBandit(TOOL_NAMES[tool] ?? tool, bare(rule))] ?? [];
}

/** What scanners call themselves in their reports. */
const TOOL_NAMES: Readonly<Record<string, string>> = { nodejsscan: 'njsscan', 'semgrep oss': 'semgrep' };
