/**
 * Words of a rule → kind of flaw. Weaknesses alone do not say enough: Bandit gives CWE-78 for `eval` and CWE-20 for
 * `yaml.load`, Semgrep CWE-915 and CWE-704 for SQL that is built from input. Patterns see words in lower case with one
 * space between them (`subprocess-shell-true`, `SubprocessShellTrue` and `subprocess.shell=True` are the same), each
 * with a space on both sides; what repeats in a pattern is at most a word, and texts are cut, so matching is linear.
 */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['sql-injection', / (?:sql|sqli|nodesqli) inject| sqli | (?:tainted|raw|formatted|hardcoded|dynamic|unsafe|concatenated) sql | knex raw | string concat query | sql (?:string|query|expressions?|concat|format|statement)s? | (?:raw|formatted) query | string formatted query | execute raw | sql inject| sql (?:nonconstant|prepared) | query built (?:from|by|with) /],
  ['command-injection', / (?:os )?command (?:line )?(?:inject|exec)| shell (?:inject|true|command) | shell command | os command| child process | subprocess (?!run check|popen preexec)| popen | shelljs | exec inject| shell system | shell popen | argument inject| cmdi | os system | exec command | runtime exec | dangerous (?:spawn|system|(?:os )?exec) | tainted shell | shell equals | process with (?:a |no )?shell | (?:os|commands|popen2) module | process without (?:a )?shell /],
  ['wildcard-injection', / wildcard inject/],
  ['code-injection', / eval | exec (?:used|detected|use) | (?:use|used) of exec | code (?:inject|string concat|eval)| dynamic code | eval(?:uated|uation) | new func(?:tion)? | (?:nodes? )?vm (?:code |context )?(?:inject|module)| nodes vm | run in (?:this|new) context | rce | remote code | config (?:insecure )?listen /],
  ['template-injection', / template inject| ssti | render template string | server side template | template string /],
  ['expression-injection', / (?:expression language|ognl|spel|el) inject/],
  ['ldap-injection', / ldap ?inject| ldapi | ldap filter /],
  ['xpath-injection', / xpath ?(?:inject|query)| xpathi /],
  ['nosql-injection', / nosqli? | mongo(?:db)? inject/],
  ['log-injection', / log (?:inject|forg)| crlf log/],
  ['header-injection', / (?:header|crlf) inject| header manipulation | response splitting /],
  ['format-string', / uncontrolled format | format strings? (?:vuln|inject|attack|bug)| externally controlled format /],
  ['xss', / xss | cross site script| direct response write | raw html | inner ?html | responsewriter | autoescape | mark safe | dangerously set | document write | html inject| unescaped (?:output|html|template) | v html | (?:unsafe|dynamic) markup | tainted html | script inject| html unescape | insert html | no unsanitized | react no danger | mustache escape | blind xss /],
  ['path-traversal', / path traversal | directory traversal | path ?join | pathtraver | fs filename | file ?name (?:inject|argument)| path inject| tainted path | zip ?slip | tar ?slip | (?:local|remote|php) file inclusion | tainted (?:include|file) | traversal | path manipulation | tarfile /],
  ['unrestricted-upload', / (?:unrestricted|arbitrary|unsafe|insecure) (?:file )?upload /],
  ['deserialization', / (?:un|de)seriali[sz]\w* | unpickl\w+ | c?pickle | yaml (?:un|full )?(?:load|parsing) | jsonpickle | (?:shelve|marshal|dill) (?:load|usage|import|module|use) | object ?inputstream | yaml load | unsafe yaml | node serialize /],
  ['ssrf', / ssrf | server side request forg| (?:tainted|untrusted|user controlled|user supplied) (?:url|host) (?!redirect)| url provided to http request /],
  ['xxe', / xxe | external entit| xml (?:external|bomb|attacks?) | (?:etree|expat|mini ?dom|sax|pull ?dom|lxml|xml ?rpc) | element tree | billion laughs | untrusted xml | xml modules? | xml to parse untrusted /],
  ['open-redirect', / open redirect| (?:unvalidated|dangerous|external|unsafe|tainted|insecure) redirect| url redirect/],
  ['csrf', / csrf | xsrf | csurf | cross site request forg/],
  ['cors', / cors | cross origin resource | access control allow origin | wildcard origin | cross domain misconfig/],
  ['clickjacking', / clickjack| x frame options | frame ancestors | anti clickjack/],
  ['content-security-policy', / content security policy | csp /],
  ['strict-transport-security', / hsts | strict transport security /],
  ['content-type-options', / x content type options | nosniff /],
  ['hard-coded-credential', / hard ?coded? (?:\w+ ){0,2}(?:secret|password|credential|key|token|passwd|pass|passphrase)s? | (?:secret|password|credential|key|token)s? (?:\w+ )?hard ?coded | hard ?coded (?:password|credential|secret) | (?:secret|api key|password|token)s? (?:found|detected) | no secrets | secret keyword /],
  ['weak-hash', / md[245] | sha ?1 | weak (?:\w+ )?hash| insecure hash | hashlib | ripemd | weak (?:message )?digest | broken hash /],
  ['weak-cipher', / (?:weak|insecure|broken|risky) (?:\w+ )?cipher| 3?des | desede | triple ?des | rc[24] | arc[24] | blowfish | ecb | cipher (?:modes?|algorithms?) | weak (?:encryption|crypto algorithm) | (?:cbc|ecb) mode /],
  ['weak-key', / (?:weak|insufficient|small|short) (?:\w+ )?key | key size | weak (?:rsa|dsa|ec) /],
  ['weak-tls', / (?:ssl|tls) ?(?:min ?)?version | min ?version | (?:weak|insecure|bad|outdated|no) (?:ssl|tls) version | sslv[23] | tlsv1 | insecure (?:ssl|tls) | insecure (?:default )?protocol | ssl with | ssl minversion | weak (?:ssl|tls) /],
  ['weak-random', / random number generators? | (?:math|insecure|weak|predictable|pseudo|not|non) (?:\w+ )?random| prng | weak ?rand(?:om)? | random generator | random module | random(?:ness)? insecure | (?:insufficiently|sufficiently) random | random (?:rand|setstate|drand48|lrand48) | predictable (?:seed|iv) | math random used | weak rng /],
  ['certificate-validation', / (?:no|disabled?|improper|missing|skip|bypass\w*|without) (?:\w+ )?(?:cert|certificate) | certificate (?:validation|verif)| certificates? (?:is |are )?(?:not|never) (?:checked|verified|validated) | (?:not|never|without) (?:check|verify|validat)\w* (?:\w+ )?cert| cert (?:validation|verif)| insecure skip verify | verify false | reject ?unauthorized | trust ?manager | trust all | hostname verif| bypass tls | tls verif| ssl verif| unverified (?:ssl )?context | server identity | ssl across /],
  ['signature-verification', / jwt (?:\w+ ){0,2}(?:none|not verif|without verif|unverif|decode)| (?:unverified|none) (?:alg )?jwt | none alg| jwt none | signature (?:verif|validation)| insecure jwt /],
  ['cleartext', / (?:clear|plain) ?text (?:\w+ )?(?:trans|http|comm|protocol|traffic)| without tls | use tls | insecure http (?:request|connection|url|transport) | http to https | ftp ?lib | telnet(?:lib)? | insecure transport | unencrypted (?:socket|connection) | react insecure request | http insecure | (?:clear|plain) ?text (?:submission|password) | request with http /],
  ['cookie-secure', / cookie (?:\w+ )?(?:no|not|without|missing) secure | cookie (?:\w+ )?secure | secure (?:flag|cookie) | cookie not sent over (?:ssl|tls|https) /],
  ['cookie-httponly', / http ?only /],
  ['cookie-samesite', / same ?site /],
  ['redos', / redos | regex dos | unsafe regex | (?:regex|regexp|regular expression) (?:denial|inject\w*|complexity|dos) | (?:non ?literal|polynomial|exponential|inefficient|dynamic|unsafe|tainted|user controlled) (?:regex|regexp|regular|reg ex\w*) | denial of service regular | catastrophic backtracking /],
  ['debug-enabled', / debug (?:true|enabled|mode|on) | (?:active|enabled?) debug | debug code | flask debug| werkzeug debug | debug ?= ?true /],
  ['bind-all-interfaces', / bind\w* (?:to |socket )?all | all (?:network )?interfaces | bad host | bind(?:s|ing)? to 0 | 0 0 0 0 (?:bind|host) | avoid bind | bind to all /],
  ['temp-file', / (?:te?mp|temporary) (?:file|dir|directory|folder|path|name)s? | mktemp | te?mpnam | hardcoded tmp | insecure temp\w* | tempfile /],
  ['permissions', / (?:bad|weak|insecure|incorrect|loose|world|excessive|permissive) (?:\w+ )?(?:file )?permission| file permission| chmod | world (?:writ|read)able | (?:writ|read)able (?:by|for|to) (?:all|any|anyone|every|everyone|others|the world) | permissions? (?:is |are )?(?:too )?(?:open|broad|wide|loose|permissive) | permissive (?:mask|mode) | insecure file mode /],
  ['prototype-pollution', / prototype pollut| bracket object injection | object injection sink | remote property injection /],
  ['mass-assignment', / mass assign/],
  ['unsafe-reflection', / unsafe reflect| non ?literal require | dynamic (?:import|require) | non literal import | eval require | tainted require /],
  ['trust-boundary', / trust ?bound/],
  ['missing-timeout', / (?:no|without|missing|use) timeout | timeout missing /],
  ['assert', / assert used | use of assert /],
  ['swallowed-error', / (?:try except|except|catch) (?:pass|continue) | empty (?:catch|except)| ignored (?:exception|error) | errors? unhandled | unhandled errors? /],
  ['timing-attack', / timing attack| observable timing | timing discrepancy /],
  ['error-detail', / stack ?trace (?:exposure|leak|disclos)| (?:error|exception) (?:detail|message|disclos)\w* | system information leak /],
  ['directory-listing', / dir(?:ectory)? (?:listing|browsing|index\w*) /],
  ['server-header', / x powered by | server leaks (?:information|version)/],
  ['race-condition', / race (?:access|chown|chmod|condition)|toctt?ou /],
  ['decompression-bomb', / decompression bomb | zip bomb /],
  ['integer-overflow', / integer (?:overflow|underflow|truncation) /],
  ['slowloris', / slowloris | read ?header ?timeout /],
  ['buffer-overflow', / buffer overflow | strcpy | strcat | sprintf | (?:stack|heap) overflow | (?:insecure|use|detected|buffer|function) gets | array index out of bounds /],
  ['memory-leak', / memory leak | memleak | resource leak /],
  ['uninitialized', / uninitiali[sz]ed | uninit var | uninitvar /],
  ['rate-limit', / rate limit/],
  ['search-path', / (?:partial|relative) (?:executable )?path | search path | path hijack/],
  ['host-key-verification', / host key (?:verif|valid|check)| trust (?:the )?(?:unknown )?host key | ssh ignore host | insecure ignore host key | ignore host key /],
  ['dynamic-url', / dynamic urllib | url ?open /],
  ['unmaintained-library', / (?:pycrypto|unmaintained) (?:import|library|module) | no longer (?:actively )?maintained /],
  ['snmp', / snmp(?:v[123])? /],
  ['cross-domain-script', / cross domain java ?script /],
  ['use-after-free', / use after free /],
  ['double-free', / double free /],
  ['null-dereference', / null (?:pointer )?(?:deref|dereference) | nil deref/],
];

/** One space between words, camel case split, lower case, a space at both ends. */
export function wordsOf(...texts: readonly string[]): string {
  const apart = texts.join(' ').slice(0, 600).replace(/no[-_ ]?sql/gi, 'nosql').replace(/redos/gi, 'redos').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return ` ${apart.replace(/[^a-z0-9]+/g, ' ').trim()} `;
}

/** Kinds of flaw that these words name. */
export function kindsOfWords(words: string): readonly string[] {
  return PATTERNS.filter(([, pattern]) => pattern.test(words)).map(([kind]) => kind);
}

/** Names of an algorithm or library: two results that each name another one are two flaws, however near. */
const PARTICULARS = / (md[245]|sha ?1|3 ?des|desede|des|rc[24]|blowfish|pickle|yaml|pyyaml|ruamel|marshal|shelve|jsonpickle|dill)(?= )/g;

/** The algorithms and libraries that a rule is about. */
export function particularsOf(words: string): readonly string[] {
  return [...words.matchAll(PARTICULARS)].map((match) => (match[1] ?? '').replace(' ', '').replace('desede', '3des').replace('pyyaml', 'yaml'));
}
