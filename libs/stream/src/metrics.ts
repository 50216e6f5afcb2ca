export type Labels = Readonly<Record<string, string>>;

/** Port for measures: counters only rise, gauges are set, durations are milliseconds. */
export interface StreamMetrics {
  count(name: string, labels: Labels, by?: number): void;
  gauge(name: string, labels: Labels, value: number): void;
  observe(name: string, labels: Labels, ms: number): void;
}

/** Names of what this library measures. */
export const METRICS = {
  records: 'throughline_stream_records_total',
  retries: 'throughline_stream_retries_total',
  rejects: 'throughline_stream_rejects_total',
  fenced: 'throughline_stream_fenced_total',
  handler: 'throughline_stream_handler_ms',
  lag: 'throughline_stream_lag_records',
  ready: 'throughline_stream_ready',
  outboxAge: 'throughline_outbox_age_seconds',
  outboxBytes: 'throughline_outbox_bytes',
  relayed: 'throughline_outbox_relayed_total',
} as const;

export const noMetrics: StreamMetrics = { count: () => undefined, gauge: () => undefined, observe: () => undefined };

const BUCKETS_MS = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

interface Series {
  readonly name: string;
  readonly labels: Labels;
}

interface Histogram extends Series {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** Measures kept in the process, given out in Prometheus's text format (exposition format 0.0.4). */
export class InProcessMetrics implements StreamMetrics {
  readonly #values = new Map<string, Series & { readonly type: 'counter' | 'gauge'; value: number }>();
  readonly #histograms = new Map<string, Histogram>();

  count(name: string, labels: Labels, by = 1): void {
    const key = keyOf(name, labels);
    const series = this.#values.get(key);
    if (series) series.value += by;
    else this.#values.set(key, { name, labels, type: 'counter', value: by });
  }

  gauge(name: string, labels: Labels, value: number): void {
    this.#values.set(keyOf(name, labels), { name, labels, type: 'gauge', value });
  }

  observe(name: string, labels: Labels, ms: number): void {
    const key = keyOf(name, labels);
    const histogram = this.#histograms.get(key) ?? { name, labels, buckets: BUCKETS_MS.map(() => 0), sum: 0, count: 0 };
    this.#histograms.set(key, histogram);
    histogram.sum += ms;
    histogram.count += 1;
    BUCKETS_MS.forEach((limit, index) => { if (ms <= limit) histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1; });
  }

  /** Current value of a counter or gauge; 0 when it was never touched. */
  value(name: string, labels: Labels): number {
    return this.#values.get(keyOf(name, labels))?.value ?? 0;
  }

  /** Prometheus text, grouped by name. */
  text(): string {
    const lines = new Map<string, string[]>();
    const add = (name: string, type: string, line: string): void => {
      const group = lines.get(name) ?? [`# TYPE ${name} ${type}`];
      lines.set(name, group);
      group.push(line);
    };
    for (const { name, labels, type, value } of this.#values.values()) add(name, type, `${keyOf(name, labels)} ${value}`);
    for (const { name, labels, buckets, sum, count } of this.#histograms.values()) {
      buckets.forEach((value, index) => add(name, 'histogram', `${keyOf(`${name}_bucket`, { ...labels, le: String(BUCKETS_MS[index]) })} ${value}`));
      add(name, 'histogram', `${keyOf(`${name}_bucket`, { ...labels, le: '+Inf' })} ${count}`);
      add(name, 'histogram', `${keyOf(`${name}_sum`, labels)} ${sum}`);
      add(name, 'histogram', `${keyOf(`${name}_count`, labels)} ${count}`);
    }
    return [...lines.values()].flat().map((line) => `${line}\n`).join('');
  }
}

export const createMetrics = (): InProcessMetrics => new InProcessMetrics();

function keyOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return name;
  return `${name}{${pairs.map(([label, value]) => `${label}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`).join(',')}}`;
}
