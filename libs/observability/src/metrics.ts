import { metrics, type Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export type { Meter } from '@opentelemetry/api';

let exporter: PrometheusExporter | undefined;

/** Registers the meter provider of this process once; `/metrics` reads from it. */
export function startMetrics(): void {
  if (exporter) return;
  exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
}

/** The meter for instruments of this product; names are `throughline_<thing>_<unit>`. */
export const meter = (): Meter => metrics.getMeter('throughline');

/** All instruments in the Prometheus text format; empty before startMetrics. */
export async function renderMetrics(): Promise<string> {
  if (!exporter) return '';
  const { resourceMetrics } = await exporter.collect();
  return new PrometheusSerializer().serialize(resourceMetrics);
}
