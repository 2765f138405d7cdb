import type { LabelChange, LabelCounts } from '../../domain/segments.ts';
import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import type { Report } from '../document/report.ts';
import { cohortPhrase, printableName, printableSentence } from '../words/printable.ts';
import { shareChart, type ShareRow } from './charts/share-chart.ts';
import { numbers, type Cell, Chart, DataTable, LeftOut } from './data-table.tsx';

const mostDrawn = 20;

/** Which labels got worse and which better, with the ids of some requests that are newly wrong. */
export function ConfusionSection({ evidence, inputs }: Pick<Report, 'evidence' | 'inputs'>) {
  if (evidence.confusion === undefined) return null;
  const { labels, changes, cohort, comparison } = evidence.confusion;
  const paired = comparison === 'paired';
  const chart = { label: 'answered right, %', size: 'wide', fromZero: false } as const;
  const svg = shareChart(changes.slice(0, mostDrawn).flatMap(shareRow), chart, {
    id: 'labels-chart',
    title: 'How often each true label was answered right, by the baseline and by the candidate',
    description: 'The table below has the numbers.',
  });
  const where = paired ? `on the same requests of ${cohortPhrase(cohort)}` : 'of the users that each version served';
  const columns = [
    { header: 'true label' },
    ...numbers('requests', 'baseline right', 'candidate right', 'change'),
    ...(paired ? pairColumns : []),
  ];
  return (
    <section aria-labelledby="labels">
      <h2 id="labels">Labels</h2>
      <p class="note">
        How often each true label was answered right {where}: hollow the baseline, filled the candidate. Labels that
        lost most come first.
      </p>
      <Chart svg={svg} label="Chart of the share answered right by label" />
      <DataTable
        caption="Answers by true label"
        columns={columns}
        rows={changes.map((change) => cells(change, inputs))}
      />
      <LeftOut count={labels - changes.length} what={countOf(labels - changes.length, 'more label')} />
    </section>
  );
}

const pairColumns = [
  ...numbers('new mistakes', 'fixed'),
  { header: 'now mistaken for' },
  { header: 'examples', unsorted: true },
] as const;

function cells({ label, baseline, candidate, pairs }: LabelChange, inputs: Report['inputs']): Cell[] {
  const shares = [baseline, candidate].map(shareOf);
  const [before, after] = shares;
  const known = before !== undefined && after !== undefined;
  const sides = shares.map((share) => (share === undefined ? 'none' : formatQuantity(share, 'proportion')));
  return [
    printableName(label),
    formatCount(candidate.requests),
    ...sides,
    known ? formatQuantity(after - before, 'proportionChange') : '',
    ...(pairs === undefined
      ? []
      : [
          formatCount(pairs.newMistakes),
          formatCount(pairs.fixed),
          pairs.mistakenFor
            .map((answer) => `${printableName(answer.label)} ${formatCount(answer.requests)}`)
            .join(', '),
          { content: examples(pairs.examples, inputs) },
        ]),
  ];
}

function shareRow({ label, baseline, candidate }: LabelChange): ShareRow[] {
  const [before, after] = [shareOf(baseline), shareOf(candidate)];
  if (before === undefined || after === undefined) return [];
  return [{ name: printableName(label), before, after, color: after < before ? 'var(--bad)' : 'var(--good)' }];
}

function shareOf({ requests, correct }: LabelCounts): number | undefined {
  return requests === 0 ? undefined : correct / requests;
}

function examples(ids: readonly string[], inputs: Report['inputs']) {
  if (inputs === undefined) return <>{ids.map((id) => printableName(id)).join(', ')}</>;
  if (ids.length === 0) return <></>;
  return (
    <details>
      <summary>{countOf(ids.length, 'example')}</summary>
      {ids.map((id) => (
        <div>
          {printableName(id)}: <q>{printableSentence(inputs.get(id) ?? 'not in the log')}</q>
        </div>
      ))}
    </details>
  );
}
