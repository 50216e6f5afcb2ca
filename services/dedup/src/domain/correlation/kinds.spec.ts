import { describe, expect, it } from '@jest/globals';
import { familiesOf } from './index.js';
import { view } from '../../../test/correlation-views.js';

const of = (tool: string, rule: string, name = '', title = '', ...weaknesses: string[]): readonly string[] => familiesOf(view({ tool, rule, ruleName: name, title, weaknesses }));

describe('kinds of flaw', () => {
  it.each([
    // Weaknesses of tools disagree; the rule says what it is.
    ['bandit', 'B307', 'blacklist', 'CWE-78', 'code-injection'], ['bandit', 'B506', 'yaml_load', 'CWE-20', 'deserialization'], ['bandit', 'B201', 'flask_debug_true', 'CWE-94', 'debug-enabled'],
    ['semgrep', 'python.django.security.injection.tainted-sql-string', '', 'CWE-915', 'sql-injection'], ['semgrep', 'python.flask.security.audit.render-template-string', '', 'CWE-96', 'template-injection'],
    ['semgrep', 'go.lang.security.audit.dangerous-exec-command', '', 'CWE-94', 'command-injection'], ['semgrep', 'go.lang.security.audit.crypto.missing-ssl-minversion', '', 'CWE-327', 'weak-tls'],
    ['semgrep', 'python.lang.security.audit.subprocess-shell-true', '', 'CWE-78', 'command-injection'], ['semgrep', 'javascript.lang.security.audit.detect-non-literal-fs-filename', '', 'CWE-22', 'path-traversal'],
    ['semgrep', 'rules.javascript.eval.rules_lgpl_javascript_eval_rule-node-deserialize', '', 'CWE-502', 'deserialization'], ['semgrep', 'bandit.B303-1', '', 'CWE-327', 'weak-hash'],
    ['eslint', 'security/detect-child-process', '', '', 'command-injection'], ['eslint', 'security/detect-unsafe-regex', '', '', 'redos'], ['eslint', 'security/detect-eval-with-expression', '', '', 'code-injection'],
    ['nodejsscan', 'regex_dos', 'RegexDos', 'CWE-185', 'redos'], ['nodejsscan', 'node_md5', 'NodeMd5', 'CWE-327', 'weak-hash'],
    ['codeql', 'js/prototype-polluting-assignment', '', 'CWE-79', 'prototype-pollution'], ['codeql', 'py/path-injection', '', 'CWE-22', 'path-traversal'], ['codeql', 'js/command-line-injection', '', 'CWE-88', 'command-injection'],
    ['codeql', 'py/bind-socket-all-network-interfaces', '', 'CWE-200', 'bind-all-interfaces'], ['gosec', 'G404', '', 'CWE-338', 'weak-random'], ['gosec', 'G402', '', 'CWE-295', 'certificate-validation'], ['gosec', 'G702', '', '', 'command-injection'], ['gosec', 'G704', '', '', 'ssrf'], ['gosec', 'G706', '', 'CWE-117', 'log-injection'], ['bandit', 'B607', 'start_process_with_partial_path', 'CWE-78', 'search-path'],
    ['spotbugs', 'SQL_NONCONSTANT_STRING_PASSED_TO_EXECUTE', '', '', 'sql-injection'], ['spotbugs', 'HARD_CODE_PASSWORD', '', '', 'hard-coded-credential'], ['spotbugs', 'WEAK_MESSAGE_DIGEST_MD5', '', '', 'weak-hash'],
    ['sonarqube', 'python:S4790', '', '', 'weak-hash'], ['snykcode', 'javascript/NoSqli', 'NoSqli', '', 'nosql-injection'], ['psalm', 'TaintedShell', '', 'CWE-78', 'command-injection'],
    ['brakeman', '0', 'Cross-Site Scripting', '', 'xss'], ['trivy', 'AVD-DS-0002', '', '', 'docker-last-user-root'], ['hadolint', 'DL3064', '', '', 'hard-coded-credential'],
  ])('%s %s %s %s is %s', (tool, rule, name, weakness, kind) => {
    expect(of(tool, rule, name, '', ...(weakness === '' ? [] : [weakness]))).toContain(kind);
    if (!kind.startsWith('docker')) expect(of(tool, rule, name, '', ...(weakness === '' ? [] : [weakness]))).toHaveLength(1);
  });

  it.each([
    ['command-injection', ['Remote OS Command Injection', 'Command_Injection', 'javascript/CommandInjection', 'shell/system', 'python_lang_os_command_injection', 'spawn-shell-true', 'java/command-line-injection']],
    ['code-injection', ['Dynamic Code Evaluation: Code Injection', 'no-eval', 'no-new-func', 'exec-used', 'express-vm-injection', 'detect-runinthiscontext-method-in-nodes-vm', 'Dangerous Eval', 'javascript/CodeInjection']],
    ['sql-injection', ['SQL Injection - MySQL', 'SQL_Injection', 'sequelize-raw-query', 'knex-raw', 'jdbc-sqli', 'java/sql-injection', 'SQL_INJECTION_JDBC', 'TaintedSql']],
    ['xss', ['Cross-Site Scripting: Reflected', 'Reflected_XSS_All_Clients', 'no-unsanitized/property', 'javascript_lang_dangerous_insert_html', 'jinja2-autoescape-false', 'django_mark_safe', 'java/xss']],
    ['path-traversal', ['Path Manipulation', 'Path_Traversal', 'path-join-resolve-traversal', 'js/zipslip', 'PATH_TRAVERSAL_IN', 'go/path-injection', 'ZipSlip', 'File path traversal']],
    ['deserialization', ['Unsafe Deserialization', 'Deserialization_of_Untrusted_Data', 'OBJECT_DESERIALIZATION', 'js/unsafe-deserialization', 'avoid-pickle', 'suspicious-marshal-usage', 'node_deserialize']],
    ['open-redirect', ['Open Redirect', 'Open redirection (reflected)', 'External Redirect', 'UNVALIDATED_REDIRECT', 'detect-dangerous-redirects', 'py/url-redirection']],
    ['ssrf', ['Server-Side Request Forgery', 'SSRF', 'tainted-url-host', 'Url provided to HTTP request as taint input', 'tainted-url-ssrf', 'URLCONNECTION_SSRF_FD']],
    ['xxe', ['XML External Entity Injection', 'Improper_Restriction_of_XXE_Ref', 'express-xml2json-xxe', 'XXE_DOCUMENT', 'suspicious-xml-mini-dom-usage']],
    ['csrf', ['Cross-Site Request Forgery', 'XSRF', 'Absence of Anti-CSRF Tokens', 'UseCsurfForExpress', 'java/spring-disabled-csrf-protection']],
    ['weak-hash', ['Weak Cryptographic Hash', 'use-of-sha1', 'InsecureHash', 'ruby_lang_weak_hash_md5', 'G401 weak message digest']],
    ['weak-cipher', ['use-of-aes-ecb', 'desede-is-deprecated', 'Weak Encryption', 'insecure-cipher-mode-ecb', 'ECB_MODE', 'use-of-rc4']],
    ['weak-random', ['Insecure Randomness', 'Use_of_Cryptographically_Weak_PRNG', 'javascript_lang_insufficiently_random_values', 'PREDICTABLE_RANDOM', 'js/insecure-randomness', 'random/rand']],
    ['certificate-validation', ['py/request-without-cert-validation', 'WEAK_TRUST_MANAGER', 'bypass-tls-verification', 'certificate-never-verified', 'tls-without-verifying-certificates', 'SSL Verification Bypass', 'ruby_lang_ssl_verification', 'js/disabling-certificate-validation']],
    ['hard-coded-credential', ['Password Management: Hardcoded Password', 'Use_Of_Hardcoded_Password', 'HardcodedNonCryptoSecret', 'js/hardcoded-credentials', 'no-secrets', 'javascript_express_hardcoded_secret']],
    ['redos', ['Denial of Service: Regular Expression', 'js/polynomial-redos', 'detect-non-literal-regexp', 'non-literal-reg-expr', 'javascript_lang_dynamic_regex', 'ReDoS']],
    ['temp-file', ['insecure-tmpfile-mktemp', 'Predictable temporary name', 'hardcoded-tmp-path', 'temporary-directory-race']],
    ['permissions', ['world-writable-file', 'file-readable-by-others', 'permissions-too-open', 'os-chmod', 'bad_file_permissions']],
    ['log-injection', ['Log Forging', 'Log_Forging', 'py/log-injection']],
    ['cookie-secure', ['Cookie Security: Cookie not Sent Over SSL', 'TLS cookie without secure flag set', 'cookie-missing-secure-flag']],
    ['cookie-httponly', ['Cookie No HttpOnly Flag', 'HTTPONLY_COOKIE', 'cookie-missing-httponly', 'HttpOnlyCookies']],
    ['nosql-injection', ['NoSQL Injection: MongoDB', 'NoSqli', 'node_nosqli_injection']],
    ['cleartext', ['Cleartext submission of password', 'HttpToHttps', 'suspicious-telnet-usage', 'go.lang.security.audit.net.use-tls']],
  ] as const)('%s goes by many names', (kind, names) => {
    expect(names.map((name) => [name, ...of('any', name)])).toEqual(names.map((name) => [name, kind]));
  });

  it('what a rule says beside a dangerous word is another thing', () => {
    expect(of('pylint', 'subprocess-run-check')).toEqual([]);
    expect(of('zap', '10017', 'Cross-Domain JavaScript Source File Inclusion', '', 'CWE-829')).toEqual(['cross-domain-script']);
    expect(of('zap', '90028', 'Insecure HTTP Method - PUT')).toEqual([]);
    expect(of('semgrep', 'tainted-url-redirect')).not.toContain('ssrf');
    expect(of('semgrep', 'php.lang.security.assert-use', '', '', 'CWE-95')).toEqual(['code-injection']);
  });

  it.each(['CWE-20', 'CWE-74', 'CWE-200', 'CWE-400', 'CWE-693', 'CWE-703', 'CWE-710'])('C9: %s says only where the trouble is, and names no kind', (weakness) => {
    expect(of('codeql', 'py/some-rule', '', '', weakness)).toEqual([]);
  });

  it('titles count when the rule is a code and no weakness says it', () => {
    expect(of('x', 'R17', '', 'Use of weak MD5 hash for security')).toEqual(['weak-hash']);
    expect(of('x', 'R17', '', 'Deserialization of untrusted data', 'CWE-502')).toEqual(['deserialization']);
    expect(of('gosec', 'G402', '', 'TLS MinVersion too low.', 'CWE-295')).toEqual(['weak-tls']);
    expect(of('gosec', 'G402', '', 'TLS InsecureSkipVerify set true.', 'CWE-295')).toEqual(['certificate-validation']);
  });

  it('a secret scanner finds credentials, whatever its rule is called', () => {
    expect(familiesOf(view({ class: 'secrets', tool: 'gitleaks', rule: 'sql-eval-token' }))).toEqual(['hard-coded-credential']);
  });

  it.each([
    ['AVD-DS-0001', 'DL3007'], ['DS002', 'DL3002'], ['AVD-KSV-0017', 'CKV_K8S_16'], ['KSV-0001', 'privilege-escalation-container'], ['AVD-AWS-0090', 'CKV_AWS_21'],
    ['dockerfile.security.last-user-is-root', 'CKV_DOCKER_8'], ['zizmor/template-injection', 'CKV_GHA_2'],
  ])('%s checks what %s checks', (one, other) => {
    expect(of('a', one).filter((kind) => of('b', other).includes(kind))).toHaveLength(1);
  });

  it('a port-wide control is not one of a single port, and latest is not a digest', () => {
    expect(of('checkov', 'CKV_AWS_24').filter((kind) => of('checkov', 'CKV_AWS_260').includes(kind))).toEqual([]);
    expect(of('semgrep', 'dockerfile.audit.dockerfile-source-not-pinned').filter((kind) => of('hadolint', 'DL3007').includes(kind))).toEqual([]);
  });

  it('FAULTS 51: hostile titles take linear time', () => {
    const from = performance.now();
    for (const unit of ['a', 'a ', 'hard coded ', 'jwt x ', ' ']) of('x', unit.repeat(50_000), unit.repeat(50_000), unit.repeat(50_000));
    expect(performance.now() - from).toBeLessThan(250);
  });
});
