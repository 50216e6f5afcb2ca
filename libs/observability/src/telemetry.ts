import { propagation } from '@opentelemetry/api';
import { startMetrics } from './metrics.js';

export interface Telemetry { shutdown(): Promise<void> }

/**
 * Starts metrics always and traces when an OTLP endpoint is configured. The SDK is loaded only then: without a
 * collector a service keeps its memory and its start time (FACTS: 2.9 s and 206 MB with, 1.4 s and 150 MB without).
 */
export async function startTelemetry(options: { readonly service: string; readonly otlpEndpoint?: string | undefined }): Promise<Telemetry> {
  startMetrics();
  if (!options.otlpEndpoint) {
    propagation.setGlobalPropagator(await traceContextPropagator());
    return { shutdown: () => Promise.resolve() };
  }
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({ serviceName: `throughline-${options.service}`, instrumentations: [] });
  sdk.start();
  return { shutdown: () => sdk.shutdown() };
}

async function traceContextPropagator() {
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
  return new W3CTraceContextPropagator();
}
