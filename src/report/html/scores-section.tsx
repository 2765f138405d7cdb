import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import type { ScoredChanges, ScoredExample, ScoreShape } from '../../domain/scores/scored-changes.ts';
import { answerText, scoresText, scoreText } from '../evidence/scored-text.ts';
import { printableName } from '../words/printable.ts';
import { shareChart } from './charts/share-chart.ts';
import { Chart, DataTable, numbers } from './data-table.tsx';

const mostCharts = 8;
const mostExamples = 20;

/** How the scores of both versions spread, and the answers that got most worse side by side. */
export function ScoresSection({ scored }: { readonly scored: ScoredChanges | undefined }) {
  if (scored === undefined) return null;
  const { scores, examples, worse } = scored;
  return (
    <section aria-labelledby="scores">
      <h2 id="scores">Scores</h2>
      <p class="note">
        How the scores of both versions&#39; answers to the same requests spread over their range: hollow the baseline,
        filled the candidate.
      </p>
      <div class="small">
        {scores.slice(0, mostCharts).map((shape, index) => (
          <Shape shape={shape} id={`scores-${index}`} />
        ))}
      </div>
      <p class="note">
        {worse === 0 ? 'No answer got worse.' : `${countOf(worse, 'answer')} got worse; the worst first.`}
      </p>
      {examples.slice(0, mostExamples).map((example) => (
        <Example example={example} />
      ))}
    </section>
  );
}

function Shape({ shape, id }: { readonly shape: ScoreShape; readonly id: string }) {
  const { answers, better, bins } = shape;
  const name = printableName(shape.name);
  const rows = bins
    .map((bin, index) => ({
      name: `${scoreText(bin.from)} to ${scoreText(bins[index + 1]?.from ?? shape.range[1])}`,
      before: shareOf(bin.baseline, answers.baseline),
      after: shareOf(bin.candidate, answers.candidate),
      color: 'var(--candidate)',
    }))
    .toReversed();
  const svg = shareChart(
    rows,
    { label: 'share of answers, %', size: 'small', fromZero: true },
    {
      id,
      title: `Scores of ${name}, from the baseline to the candidate`,
      description: rows
        .map(
          (row) =>
            `${row.name}: ${formatQuantity(row.before, 'proportion')} to ${formatQuantity(row.after, 'proportion')}`,
        )
        .join('; '),
    },
  );
  return (
    <div>
      <h3>{name}</h3>
      <p class="note">
        {better} is better; {formatCount(answers.baseline)} answers of the baseline, {formatCount(answers.candidate)} of
        the candidate
      </p>
      <Chart svg={svg} />
    </div>
  );
}

function shareOf(count: number, all: number): number {
  return all === 0 ? 0 : count / all;
}

const columns = [{ header: 'score' }, ...numbers('baseline', 'candidate')] as const;

function Example({ example }: { readonly example: ScoredExample }) {
  const { id, answers, scores } = example;
  const name = printableName(id);
  const rows = scores.map((pair) => [printableName(pair.name), scoreText(pair.baseline), scoreText(pair.candidate)]);
  return (
    <details>
      <summary>
        {name}: {scoresText(example, ' → ')}
      </summary>
      <div class="small">
        <div>
          <h4>Baseline</h4>
          <p>{answerText(answers.baseline)}</p>
        </div>
        <div>
          <h4>Candidate</h4>
          <p>{answerText(answers.candidate)}</p>
        </div>
      </div>
      <DataTable caption={`Scores of ${name}`} columns={columns} rows={rows} />
    </details>
  );
}
