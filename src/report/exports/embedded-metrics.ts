import type { FleetEntry } from '../document/fleet.ts';
import type { Report } from '../document/report.ts';
import { fleetGauges, type Gauges, type Labels, reportGauges } from './gauges.ts';

/**
 * A report in CloudWatch's embedded metric format: the gauges of the OpenMetrics report, a line of JSON for each set of labels, which are its
 * dimensions. Lines that a log group takes become metrics of the namespace `canary` at the time of the evaluation.
 * A document holds at most 100 metrics and 30 dimensions, of which a report has fewer.
 * Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide.
 */
export function embeddedMetricsReport(report: Report): string {
  return embedded(reportGauges(report), Date.parse(report.evidence.createdAt));
}

/** Several plans in the same format, all at the time of the latest evaluation; nothing where none was made. */
export function fleetEmbeddedMetrics(entries: readonly FleetEntry[]): string {
  const times = entries.flatMap(({ report }) => (report === undefined ? [] : [Date.parse(report.evidence.createdAt)]));
  return times.length === 0 ? '' : embedded(fleetGauges(entries), Math.max(...times));
}

function embedded(gauges: Gauges, timestamp: number): string {
  const documents = new Map<string, { readonly dimensions: Labels; readonly values: Map<string, number> }>();
  for (const [name, { samples }] of gauges) {
    for (const [labels, value] of samples) {
      const dimensions = dimensionsOf(labels);
      const key = JSON.stringify(dimensions);
      const document = documents.get(key) ?? { dimensions, values: new Map<string, number>() };
      documents.set(key, document);
      // CloudWatch takes no NaN and no infinite number, and JSON has none.
      if (Number.isFinite(value)) document.values.set(name, value);
    }
  }
  return [...documents.values()]
    .filter(({ values }) => values.size > 0)
    .map(({ dimensions, values }) => {
      const metrics = {
        Namespace: 'canary',
        Dimensions: [Object.keys(dimensions)],
        Metrics: [...values.keys()].map((name) => ({ Name: name })),
      };
      const directive = { Timestamp: timestamp, CloudWatchMetrics: [metrics] };
      return `${JSON.stringify({ _aws: directive, ...dimensions, ...Object.fromEntries(values) })}\n`;
    })
    .join('');
}

/** Labels as CloudWatch takes them: an empty one is none, and what is not printable ASCII is written as in addresses. */
function dimensionsOf(labels: Labels): Labels {
  const written = Object.entries(labels).filter(([, value]) => value !== '');
  return Object.fromEntries(
    written.map(([name, value]) => [
      name,
      value
        .replaceAll(/[^ -$&-~]+/gu, (characters) => encodeURIComponent(characters))
        .replace(/^:|^ +$/u, (start) => `%${(start.codePointAt(0) ?? 0).toString(16).toUpperCase()}${start.slice(1)}`),
    ]),
  );
}
