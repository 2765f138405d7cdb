import type { Evidence, GuardrailResult, GuardrailStatus } from '../../domain/evidence.ts';
import type { Inference } from '../../domain/statistics/inference.ts';
import { countOf } from '../../domain/format-number.ts';
import { guardrailCells, sidesOf } from '../evidence/guardrail-cells.ts';
import { guardrailsByWeight } from '../../domain/statistics/guardrails-by-weight.ts';
import { cohortPhrase, judgedCohort, printableSentence } from '../words/printable.ts';
import { intervalChart } from './charts/interval-chart.ts';
import { numbers, type Cell, Chart, DataTable, LeftOut } from './data-table.tsx';

const mostCharts = 60;
const mostRows = 250;
const mostReasons = 20;

const columns = [
  { header: 'guardrail' },
  { header: 'status', whole: true },
  { header: 'interval and limit', unsorted: true },
  ...numbers('baseline', 'candidate', 'tested', 'interval'),
  { header: 'allowed', whole: true },
  { header: 'on breach' },
] as const;

const validFor: Readonly<Record<Inference, string>> = {
  sequential: ', however often one looks.',
  fixed: ' for one look.',
  planned: ', however often one looks until the planned end.',
};

/** Every guardrail with its interval against its bound, those that matter first. */
export function GuardrailSection({ evidence }: { readonly evidence: Evidence }) {
  const { guardrails, comparisons, statistics } = evidence;
  const sides = sidesOf(comparisons);
  const ordered = guardrailsByWeight(guardrails);
  const rows = ordered.slice(0, mostRows).map((result, index): Cell[] => {
    const { name, baseline, candidate, tested, interval, allowed } = guardrailCells(result, sides);
    const chart = index < mostCharts ? intervalChart(result) : undefined;
    return [
      name,
      { content: <Status status={result.status} />, value: index },
      { content: chart === undefined ? '' : <Chart svg={chart} /> },
      baseline,
      candidate,
      tested,
      interval,
      allowed,
      result.onBreach,
    ];
  });
  const caption = `Guardrails, judged on ${cohortPhrase(judgedCohort(comparisons))}`;
  const left = guardrails.length - rows.length;
  return (
    <section aria-labelledby="guardrails">
      <h2 id="guardrails">Guardrails</h2>
      <p class="note">
        A guardrail passes when its whole interval lies on the allowed side of its limit, and is breached when all of it
        lies beyond; the side that is not allowed is shaded. Intervals hold at {statistics.confidence * 100}% confidence
        {validFor[statistics.inference]}
      </p>
      <DataTable caption={caption} columns={columns} rows={rows} />
      <Reasons guardrails={ordered.filter(({ status }) => status !== 'pass')} />
      <LeftOut count={left} what={countOf(left, 'more guardrail')} />
    </section>
  );
}

/** Why guardrails did not pass, which a table has no room for. */
function Reasons({ guardrails }: { readonly guardrails: readonly GuardrailResult[] }) {
  if (guardrails.length === 0) return null;
  return (
    <details open={guardrails.length <= mostReasons}>
      <summary>Why {countOf(guardrails.length, 'guardrail')} did not pass</summary>
      <ul class="reasons">
        {guardrails.slice(0, mostReasons).map(({ reason }) => (
          <li>{printableSentence(reason)}</li>
        ))}
      </ul>
    </details>
  );
}

const words = {
  pass: '✓ pass',
  breach: '✗ breach',
  inconclusive: '? inconclusive',
  uncomputable: '? uncomputable',
  'not-applicable': 'not applicable',
} as const;

function Status({ status }: { readonly status: GuardrailStatus }) {
  const kind = status === 'pass' || status === 'breach' ? status : 'unsure';
  return <span class={kind}>{words[status]}</span>;
}
