import {
  EMPTY_FIELDS, firstSentence, isFields, list, looseText, sub, texts, vulnerabilityIds, weaknessIds, type Fields,
} from '../../api/index.js';

/** What a result needs of its rule, read once a rule. */
export interface SarifRule {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly fullDescription: string;
  readonly help: string;
  readonly helpUri: string;
  readonly level: string;
  readonly securitySeverity: string;
  /** A severity word of the tool, where its SARIF carries one in the rule's properties. */
  readonly severityWord: string;
  readonly tags: readonly string[];
  readonly weaknesses: readonly string[];
  readonly identifiers: readonly string[];
  readonly purls: readonly string[];
  readonly messages: Fields;
}

/** The rules of one run: of the driver and of its extensions, by id, by index and by component. */
export interface RuleBook {
  find(result: Fields): SarifRule | undefined;
}

interface Component {
  readonly name: string;
  readonly guid: string;
  readonly rules: readonly Fields[];
  readonly messages: Fields;
}

export function ruleBook(run: Fields): RuleBook {
  const tool = sub(run, 'tool');
  const driver = componentOf(sub(tool, 'driver'));
  const extensions = listOf(tool, 'extensions').map(componentOf);
  const levels = overriddenLevels(run);
  const byId = new Map<string, readonly [Component, Fields]>();
  for (const component of [...extensions.toReversed(), driver]) for (const rule of component.rules) byId.set(looseText(rule, 'id'), [component, rule]);
  const read = new Map<Fields, SarifRule>();
  const open = (component: Component, rule: Fields): SarifRule => {
    let known = read.get(rule);
    if (!known) read.set(rule, (known = readRule(rule, component, levels)));
    return known;
  };
  return {
    find(result) {
      const reference = sub(result, 'rule');
      const component = componentIn(sub(reference, 'toolComponent'), driver, extensions);
      const index = indexOf(reference['index']) ?? indexOf(result['ruleIndex']);
      const rule = index === undefined ? undefined : component.rules[index];
      const id = looseText(result, 'ruleId') || looseText(reference, 'id');
      // An index that points at a rule of another id is a known quirk of merged reports: the id is what people see.
      if (rule && (id === '' || sameRule(id, looseText(rule, 'id')))) return open(component, rule);
      const named = byId.get(id) ?? byId.get(id.slice(0, Math.max(0, id.lastIndexOf('/'))));
      return named && open(named[0], named[1]);
    },
  };
}

const sameRule = (resultRule: string, rule: string): boolean => resultRule === rule || resultRule.startsWith(`${rule}/`);

function componentOf(fields: Fields): Component {
  return { name: looseText(fields, 'name'), guid: looseText(fields, 'guid'), rules: [...listOf(fields, 'rules')], messages: sub(fields, 'globalMessageStrings') };
}

function componentIn(reference: Fields, driver: Component, extensions: readonly Component[]): Component {
  const index = indexOf(reference['index']);
  const byIndex = index === undefined ? undefined : extensions[index];
  const name = looseText(reference, 'name');
  const guid = looseText(reference, 'guid');
  return byIndex ?? extensions.find((extension) => (name !== '' && extension.name === name) || (guid !== '' && extension.guid === guid)) ?? driver;
}

function indexOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Objects of a list of the rest; whatever else stands there (also no list) is passed over but keeps its index. */
export function listOf(fields: Fields, key: string): readonly Fields[] {
  const value = fields[key];
  return Array.isArray(value) ? value.map((item) => (isFields(item) ? item : EMPTY_FIELDS)) : [];
}

/** Levels that the run's invocation configured over the rules' own (§3.20.5). */
function overriddenLevels(run: Fields): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  for (const invocation of listOf(run, 'invocations')) {
    for (const override of listOf(invocation, 'ruleConfigurationOverrides')) {
      const level = looseText(sub(override, 'configuration'), 'level');
      const id = looseText(sub(override, 'descriptor'), 'id');
      if (level && id) levels.set(id, level);
    }
  }
  return levels;
}

function readRule(rule: Fields, component: Component, levels: ReadonlyMap<string, string>): SarifRule {
  const properties = sub(rule, 'properties');
  const id = looseText(rule, 'id');
  const tags = texts(properties['tags']);
  const short = messageText(sub(rule, 'shortDescription'));
  const full = messageText(sub(rule, 'fullDescription'));
  const related = listOf(rule, 'relationships').map((relationship) => sub(relationship, 'target'))
    .filter((target) => /cwe/i.test(looseText(sub(target, 'toolComponent'), 'name')) || /^CWE-/i.test(looseText(target, 'id'))).map((target) => looseText(target, 'id'));
  return {
    id, name: looseText(rule, 'name'), title: firstSentence(short || looseText(properties, 'description') || full),
    fullDescription: full, help: messageText(sub(rule, 'help')), helpUri: looseText(rule, 'helpUri'),
    level: levels.get(id) || looseText(sub(rule, 'defaultConfiguration'), 'level'),
    securitySeverity: looseText(properties, 'security-severity'), severityWord: looseText(properties, 'severity'),
    tags, weaknesses: weaknessIds(...tags, ...related, ...texts(properties['cwe']).map(cweWord), ...texts(properties['cwes']).map(cweWord)),
    identifiers: vulnerabilityIds(id, ...tags, looseText(properties, 'cve')), purls: texts(properties['purls']),
    messages: { ...component.messages, ...sub(rule, 'messageStrings') },
  };
}

/** `79` in a property called cwe is CWE-79. */
export function cweWord(value: string): string {
  return /^\d{1,4}$/.test(value) ? `CWE-${value}` : value;
}

/** Text of a multi-format message; its Markdown when there is no plain text. */
export function messageText(message: Fields): string {
  return looseText(message, 'text') || looseText(message, 'markdown');
}

/** Text of a result's message: its own, or the rule's string by id with `{0}` filled from the arguments (§3.11). */
export function resultMessage(message: Fields, rule: SarifRule | undefined): string {
  const own = messageText(message);
  const id = looseText(message, 'id');
  const template = own || (rule && id ? messageText(sub(rule.messages, id)) : '');
  if (!template.includes('{')) return template;
  const values = list(message, 'arguments');
  return values.length === 0 ? template : template.replace(/\{(\d{1,2})\}/g, (whole, index: string) => (typeof values[Number(index)] === 'string' ? (values[Number(index)] as string) : whole));
}
