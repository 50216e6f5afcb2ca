import { meter } from '@throughline/observability';
import type { Labels, StreamMetrics } from '@throughline/stream';

/** The stream library's measures as OpenTelemetry instruments, made at their first use. */
export function createStreamMetrics(): StreamMetrics {
  const made = new Map<string, unknown>();
  const once = <I>(name: string, make: () => I): I => {
    const instrument = (made.get(name) as I | undefined) ?? make();
    made.set(name, instrument);
    return instrument;
  };
  return {
    count: (name: string, labels: Labels, by = 1) => once(name, () => meter().createCounter(name.replace(/_total$/, ''))).add(by, labels),
    gauge: (name: string, labels: Labels, value: number) => once(name, () => meter().createGauge(name)).record(value, labels),
    observe: (name: string, labels: Labels, ms: number) => once(name, () => meter().createHistogram(name, { unit: 'ms' })).record(ms, labels),
  };
}
