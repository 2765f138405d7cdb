import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import type { FleetEntry } from '../document/fleet.ts';
import type { Report } from '../document/report.ts';
import { fleetGauges, type Gauges, reportGauges } from './gauges.ts';

/**
 * A report as OpenMetrics text, for a textfile collector or a push gateway. There are only gauges in it, so that readers of
 * Prometheus' older text format understand it too.
 */
export async function openMetricsReport(report: Report): Promise<string> {
  return await metricsText(reportGauges(report));
}

/** Several plans as OpenMetrics text. */
export async function fleetOpenMetrics(entries: readonly FleetEntry[]): Promise<string> {
  return await metricsText(fleetGauges(entries));
}

async function metricsText(gauges: Gauges): Promise<string> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const [name, { help, samples }] of gauges) {
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const [labels, value] of samples) gauge.set({ ...labels }, value);
  }
  return await registry.metrics();
}
