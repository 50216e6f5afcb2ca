/** Formats in which the bench takes scanners' output and hands it to the platform, by the platform's names. */
export type Format = 'sarif' | 'bandit' | 'semgrep' | 'gitleaks' | 'detect-secrets';

type Json = Readonly<Record<string, unknown>>;
/** New path of a result, or undefined to leave it out. */
export type Repath = (path: string) => string | undefined;

/**
 * The results of a report that lie in some files, under other paths. One run of a scanner over many variants of a tree
 * side by side thus gives a report for each, as a run over that variant alone would have.
 */
export function selectResults(format: Format, report: unknown, repath: Repath): unknown {
  if (format === 'sarif') return { ...(report as Json), runs: list((report as Json)['runs']).map((run) => sarifRun(run, repath)) };
  if (format === 'gitleaks') return list(report).flatMap((one) => gitleaksResult(one, repath));
  if (format === 'detect-secrets') return { ...(report as Json), results: secretsByFile((report as Json)['results'] as Json, repath) };
  const field = format === 'bandit' ? 'filename' : 'path';
  const results = list((report as Json)['results']).flatMap((one) => {
    const path = repath(String(one[field]));
    return path === undefined ? [] : [{ ...one, [field]: path }];
  });
  return { ...(report as Json), results, ...(format === 'bandit' ? { metrics: {} } : { paths: { scanned: [] } }) };
}

export interface Place { readonly path: string; readonly line: number; readonly endLine: number; readonly rule: string }

/** The same results, last first. */
export function reversedResults(format: Format, report: unknown): unknown {
  if (Array.isArray(report)) return report.toReversed();
  if (format === 'sarif') return { ...(report as Json), runs: list((report as Json)['runs']).map((run) => ({ ...run, results: list(run['results']).toReversed() })) };
  const results = (report as Json)['results'];
  return { ...(report as Json), results: Array.isArray(results) ? results.toReversed() : Object.fromEntries(Object.entries(results as Json).toReversed()) };
}

/** Where a report's results are. */
export function placesOf(format: Format, report: unknown): readonly Place[] {
  if (format === 'sarif') return list((report as Json)['runs']).flatMap((run) => list(run['results']).map(sarifPlace));
  if (format === 'gitleaks') return list(report).map((one) => ({ path: String(one['File']), line: Number(one['StartLine']), endLine: Number(one['EndLine']), rule: String(one['RuleID']) }));
  const results = (report as Json)['results'];
  if (format === 'detect-secrets') return Object.entries(results as Json).flatMap(([path, of]) => list(of).map((one) => ({ path, line: Number(one['line_number']), endLine: Number(one['line_number']), rule: String(one['type']) })));
  if (format === 'bandit') return list(results).map((one) => ({ path: String(one['filename']), line: Number(one['line_number']), endLine: Number(one['line_number']), rule: String(one['test_id']) }));
  return list(results).map((one) => ({ path: String(one['path']), line: Number((one['start'] as Json)['line']), endLine: Number((one['end'] as Json)['line']), rule: String(one['check_id']) }));
}

function sarifPlace(result: Json): Place {
  const place = (list(result['locations'])[0]?.['physicalLocation'] ?? {}) as Json;
  const region = (place['region'] ?? {}) as Json;
  const line = Number(region['startLine']);
  return { path: String((place['artifactLocation'] as Json)['uri']), line, endLine: Number(region['endLine'] ?? line), rule: String(result['ruleId']) };
}

export const countOf = (format: Format, report: unknown): number => {
  if (format === 'sarif') return list((report as Json)['runs']).reduce((sum, run) => sum + list(run['results']).length, 0);
  if (format === 'gitleaks') return list(report).length;
  const results = (report as Json)['results'];
  return format === 'detect-secrets' ? Object.values(results as Json).reduce((sum: number, of) => sum + list(of).length, 0) : list(results).length;
};

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function sarifRun(run: Json, repath: Repath): Json {
  const { artifacts: _artifacts, ...rest } = run;
  const results = list(run['results']).flatMap((result) => {
    const place = list(result['locations'])[0]?.['physicalLocation'] as Json | undefined;
    const uri = String((place?.['artifactLocation'] as Json | undefined)?.['uri'] ?? '');
    return repath(uri) === undefined ? [] : [repathed(result, repath) as Json];
  });
  return { ...rest, results, ...(run['invocations'] !== undefined && { invocations: list(run['invocations']).map((one) => ownNotifications(one, repath)) }) };
}

/** What the scanner said of files of other variants is not said of this one; a failure is of those that it named. */
function ownNotifications(invocation: Json, repath: Repath): Json {
  const ours = (one: Json): boolean => {
    const place = list(one['locations'])[0]?.['physicalLocation'] as Json | undefined;
    const uri = String((place?.['artifactLocation'] as Json | undefined)?.['uri'] ?? '');
    const named = uri || (/[\w./-]+\.(?:py|js|go)\b/.exec(String((one['message'] as Json | undefined)?.['text'] ?? ''))?.[0] ?? '');
    return repath(named) !== undefined;
  };
  const kept = Object.fromEntries(Object.entries(invocation).map(([key, value]) => [key, key.endsWith('Notifications') ? list(value).filter(ours) : value]));
  const failed = Object.values(kept).some((value) => list(value).some((one) => one['level'] === 'error'));
  return { ...kept, executionSuccessful: !failed };
}

/** Rewrites every artifact location inside; an index into the dropped list of artifacts goes, too. */
function repathed(value: unknown, repath: Repath): unknown {
  if (Array.isArray(value)) return value.map((one) => repathed(one, repath));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    if (key !== 'artifactLocation') return [key, repathed(inner, repath)];
    const { index: _index, ...place } = inner as Json;
    return [key, { ...place, uri: repath(String(place['uri'])) ?? place['uri'] }];
  }));
}

function gitleaksResult(result: Json, repath: Repath): Json[] {
  const path = repath(String(result['File']));
  return path === undefined ? [] : [{ ...result, File: path, Fingerprint: [path, result['RuleID'], result['StartLine']].join(':') }];
}

function secretsByFile(results: Json, repath: Repath): Json {
  return Object.fromEntries(Object.entries(results).flatMap(([file, secrets]) => {
    const path = repath(file);
    return path === undefined ? [] : [[path, list(secrets).map((one) => ({ ...one, filename: path }))]];
  }));
}
