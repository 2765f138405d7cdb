import { parseMetric } from '../../domain/metric.ts';
import type { Evidence, LatencyCurves } from '../../domain/evidence.ts';
import { countOf, formatQuantity, formatTogether } from '../../domain/format-number.ts';
import { cohortPhrase, printableName } from '../words/printable.ts';
import { quantileChart } from './charts/quantile-chart.ts';
import { type Cell, Chart, DataTable, numbers } from './data-table.tsx';

const toldProbabilities = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/** Both versions' latency by percentile. */
export function LatencySection({ evidence }: { readonly evidence: Evidence }) {
  const { latency: curves, inputs, guardrails } = evidence;
  if (curves === undefined) return null;
  const names = {
    baseline: printableName(inputs.baseline.version),
    candidate: printableName(inputs.candidate.version),
  };
  const limits = guardrails
    .filter(({ metric, bound, segment }) => isQuantile(metric) && bound.kind === 'max' && segment === null)
    .map(({ bound }) => bound.value);
  const svg = quantileChart(curves, names, [...new Set(limits)], {
    id: 'latency-chart',
    title: `Latency of ${names.baseline} and ${names.candidate} by percentile`,
    description: `${changeAt(curves, 0.5)} at the median, ${changeAt(curves, 0.95)} at p95. The table below has the numbers.`,
  });
  const caption = `Latency by percentile: ${sizeText(curves)}`;
  const columns = [{ header: 'percentile' }, ...numbers(names.baseline, names.candidate, 'change')];
  return (
    <section aria-labelledby="latency">
      <h2 id="latency">Latency</h2>
      <p class="note">
        Percentiles of each version; the tail is stretched, since that is where versions differ.
        <span class="legend">
          <span class="key baseline" /> {names.baseline}
        </span>{' '}
        <span class="legend">
          <span class="key" /> {names.candidate}
        </span>
      </p>
      <Chart svg={svg} label="Chart of latency by percentile" />
      <DataTable caption={caption} columns={columns} rows={tableRows(curves)} />
    </section>
  );
}

function isQuantile(metric: string): boolean {
  const parsed = parseMetric(metric);
  return parsed?.family === 'latency' && parsed.statistic === 'quantile';
}

function sizeText({ comparison, cohort, baseline, candidate }: LatencyCurves): string {
  if (comparison === 'paired') return `the same ${countOf(baseline.requests, 'request')} of ${cohortPhrase(cohort)}`;
  return `${countOf(baseline.requests, 'request')} of the stable cohort, ${countOf(candidate.requests, 'request')} of the canary`;
}

function tableRows({ probabilities, baseline, candidate }: LatencyCurves): Cell[][] {
  const fewest = Math.min(baseline.requests, candidate.requests);
  return toldProbabilities.flatMap((probability) => {
    const index = probabilities.indexOf(probability);
    const [before, after] = [baseline.ms[index], candidate.ms[index]];
    // A percentile that no request lies beyond is nothing but the slowest request.
    if (before === undefined || after === undefined || (1 - probability) * fewest < 1) return [];
    const { texts, unit } = formatTogether([before, after], 'ms');
    const name = { content: `p${probability * 100}`, value: probability };
    return [[name, ...texts.map((text) => `${text}${unit}`), formatQuantity(after - before, 'msChange')]];
  });
}

function changeAt({ probabilities, baseline, candidate }: LatencyCurves, probability: number): string {
  const index = probabilities.indexOf(probability);
  return formatQuantity((candidate.ms[index] ?? 0) - (baseline.ms[index] ?? 0), 'msChange');
}
