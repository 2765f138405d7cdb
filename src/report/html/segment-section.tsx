import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { Comparison, ComparisonNumbers, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import type { Bound } from '../../domain/plan.ts';
import { countOf } from '../../domain/format-number.ts';
import { comparisonCells, type ComparisonGroup, comparisonGroups } from '../evidence/comparison-cells.ts';
import { isComputed, worstFirst } from '../evidence/harm.ts';
import { printableName } from '../words/printable.ts';
import { forestChart } from './charts/forest-chart.ts';
import { type Cell, Chart, comparisonColumns, DataTable, LeftOut, why } from './data-table.tsx';

const mostDrawn = 30;
/** Rows of all tables of segments together, so that the page's size does not grow with the number of segments. */
const mostRows = 600;

const columns = comparisonColumns('segment');

/** Each metric's segments as a forest plot and a table, worst first, of the comparison that decides. */
export function SegmentSection({ evidence }: { readonly evidence: Evidence }) {
  const deciding = comparisonGroups(evidence).find(({ comparisons }) =>
    comparisons.some(({ segment }) => segment !== null),
  );
  if (deciding === undefined) return null;
  const metrics = metricsInOrder(deciding.comparisons, evidence.guardrails);
  return (
    <section aria-labelledby="segments">
      <h2 id="segments">Segments</h2>
      <p class="note">
        {deciding.title}. Worst first: by the harm that the data prove. An interval here stands for itself; those of the
        guardrails are wider, since all share what may go wrong. <span class="key limit" /> what is allowed of the
        segments that are judged
      </p>
      <div class="metrics">
        {metrics.map((metric, index) => (
          <Metric
            evidence={evidence}
            group={deciding}
            metric={metric}
            id={`segments-${index}`}
            most={Math.ceil(mostRows / metrics.length)}
          />
        ))}
      </div>
    </section>
  );
}

/** The metrics whose segments are judged come first, those with a breach before the others. */
function metricsInOrder(comparisons: readonly Comparison[], guardrails: readonly GuardrailResult[]): string[] {
  const judged = guardrails.filter(({ segment }) => segment !== null);
  const rank = (name: string) => {
    const ofMetric = judged.filter(({ metric }) => metric === name);
    return ofMetric.some(({ status }) => status === 'breach') ? 0 : ofMetric.length > 0 ? 1 : 2;
  };
  const names = new Set(comparisons.filter(({ segment }) => segment !== null).map(({ metric }) => metric));
  return [...names].toSorted((a, b) => rank(a) - rank(b));
}

interface MetricProperties {
  readonly evidence: Evidence;
  readonly group: ComparisonGroup;
  readonly metric: string;
  readonly id: string;
  readonly most: number;
}

function Metric({ evidence, group, metric, id, most }: MetricProperties) {
  const ofMetric = group.comparisons.filter((comparison) => comparison.metric === metric);
  const whole = ofMetric.filter(({ segment }) => segment === null);
  const segments = worstFirst(ofMetric.filter(({ segment }) => segment !== null));
  const drawn = [...whole, ...segments.filter(isComputed).slice(0, mostDrawn)].filter(isComputed);
  const name = printableName(metric);
  const left = segments.length - most;
  return (
    <div>
      <h3>{name}</h3>
      {drawn.length > 0 && (
        <Chart svg={forest(evidence, drawn, name, id)} label={`Chart of the change of ${name} by segment`} />
      )}
      <details open={segments.length <= 12}>
        <summary>{countOf(segments.length, 'segment')} as a table</summary>
        <DataTable caption={`${name} by segment`} columns={columns} rows={segments.slice(0, most).map(cells)} />
        <LeftOut count={Math.max(0, left)} what={countOf(left, 'more segment')} />
      </details>
    </div>
  );
}

function forest(
  { guardrails }: Evidence,
  drawn: readonly (Comparison & ComparisonNumbers)[],
  name: string,
  id: string,
): string {
  const [first] = drawn;
  const limits = guardrails
    .filter(({ metric, segment, bound }) => metric === first?.metric && segment !== null && isDifference(bound))
    .map(({ bound }) => limitOf(bound.kind, bound.value));
  const worst = drawn.find(({ segment }) => segment !== null);
  const { name: segment = '', change = '' } = worst === undefined ? {} : comparisonCells(worst);
  return forestChart(drawn, [...new Set(limits)], {
    id,
    title: `Change of ${name} by segment, worst first`,
    description: `The worst is ${segment} with ${change}. The table below has the numbers.`,
  });
}

function isDifference({ kind, relative }: Bound): boolean {
  return !boundsOwnValue(kind) && !relative;
}

function cells(comparison: Comparison): Cell[] {
  const { name, requests, users, baseline, candidate, change, interval, missing, remark } = comparisonCells(comparison);
  return [
    remark === undefined ? name : `${name} (${remark})`,
    requests,
    users,
    baseline,
    candidate,
    change,
    interval === '' ? why(missing) : interval,
  ];
}
