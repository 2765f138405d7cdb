import type { Evidence, GuardrailResult } from '../../domain/evidence.ts';
import type { Report } from '../document/report.ts';
import { formatBound } from '../../domain/bound.ts';
import { countOf } from '../../domain/format-number.ts';
import { guardrailSubject } from '../evidence/guardrail-cells.ts';
import { guardrailsByWeight } from '../../domain/statistics/guardrails-by-weight.ts';
import { lookRows } from '../evidence/evidence-header.ts';
import { judgedCohort } from '../words/printable.ts';
import { lookChart, type LookPoint } from './charts/look-chart.ts';
import { Chart, DataTable, LeftOut } from './data-table.tsx';

const mostCharts = 6;
const mostRows = 200;

const lookColumns = [
  { header: 'evaluated' },
  { header: 'stage' },
  { header: 'look' },
  { header: 'requests', numeric: true },
  { header: 'verdict' },
] as const;

/** The looks at the rollout so far, and how the intervals of its guardrails narrowed over those that belong together. */
export function HistorySection({ evidence, looks }: Pick<Report, 'evidence' | 'looks'>) {
  const series = looks.filter(
    ({ stage, plan }) =>
      stage.name === evidence.stage.name &&
      stage.series === evidence.stage.series &&
      plan.sha256 === evidence.plan.sha256,
  );
  const repeated = series.length > 1 ? guardrailsByWeight(evidence.guardrails) : [];
  const guardrails = repeated
    .map((result) => ({ result, points: pointsOf(result, series) }))
    .filter(({ points }) => points.filter(({ result }) => result.value !== undefined).length > 1)
    .slice(0, mostCharts);
  const rows = lookRows(looks)
    .toReversed()
    .slice(0, mostRows)
    .map(({ evaluated, stage, look, requests, verdict }) => [
      { content: evaluated, value: evaluated.replaceAll(/\D/gu, '') },
      stage,
      look,
      requests,
      verdict,
    ]);
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      {guardrails.length > 0 && (
        <p class="note">
          Each guardrail over {countOf(series.length, 'look')} of this series: the bar is its interval, which narrows as
          the log grows.{' '}
          <span class="legend">
            <span class="key limit" /> its limit
          </span>
        </p>
      )}
      <div class="small">
        {guardrails.map(({ result, points }, index) => history(result, points, `history-${index}`))}
      </div>
      <DataTable caption="All looks, the latest first" columns={lookColumns} rows={rows} />
      <LeftOut count={looks.length - rows.length} what={countOf(looks.length - rows.length, 'earlier look')} />
    </section>
  );
}

function history(result: GuardrailResult, points: readonly LookPoint[], id: string) {
  const title = `${guardrailSubject(result)}: ${formatBound(result.bound, result.unit)}`;
  const [first, last] = [points.at(0)?.result.status, points.at(-1)?.result.status];
  const svg = lookChart(points, {
    id,
    title: `History of ${title}`,
    description: `Over ${countOf(points.length, 'look')}, from ${first} to ${last}.`,
  });
  return (
    <div>
      <h3>{title}</h3>
      <Chart svg={svg} />
    </div>
  );
}

function pointsOf(wanted: GuardrailResult, looks: readonly Evidence[]): LookPoint[] {
  const key = keyOf(wanted);
  return looks.flatMap(({ guardrails, cohorts, comparisons }) => {
    const result = guardrails.find((other) => keyOf(other) === key);
    const cohort = judgedCohort(comparisons);
    const requests = cohorts.find(({ name }) => name === cohort)?.requests ?? 0;
    return result === undefined ? [] : [{ requests, result }];
  });
}

function keyOf({ metric, segment, bound }: GuardrailResult): string {
  return JSON.stringify([metric, Object.entries(segment ?? {}), bound.kind, bound.value, bound.relative]);
}
