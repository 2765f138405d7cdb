import { scoredIn } from '../domain/scores/answer-numbers.ts';
import { errorAt, type OutcomeColumns, rowScores } from '../models/outcome-columns.ts';
import { quoteIdentifier, type Database } from '../database/database.ts';
import { placesSql } from './replay-windows.ts';
import { parquetRows } from './store/parquet-table.ts';
import { type ReplayedOutcomes, storedOutcomes } from './store/outcome-tables.ts';

/** So many requests are asked alone where there are so many, and no more than this where there are many batches. */
const fewestProbed = 64;
const mostProbed = 256;
/** Numbers may differ by so much of the range of all answers. */
const tolerance = 1e-4;
/** Rounding to 32 bits, added up in another order, makes so much of a number's size. */
const roundingShare = 1e-6;

/** An answer as the check compares it. */
export interface ProbedAnswer {
  readonly error: string | null;
  readonly label: string | null;
  /** A regression's number, the score of the predicted label, and what follows from all scores and no truth; null for none. */
  readonly numbers: readonly (number | null)[];
}

/** A request that is asked alone too, and what it was answered in its batch. */
export interface ProbedRequest {
  readonly input: string;
  readonly together: ProbedAnswer;
}

export interface BatchProbe {
  readonly requests: readonly ProbedRequest[];
  /** Smallest and largest of each of `ProbedAnswer.numbers` over all answers; null where there are none. */
  readonly ranges: readonly ({ readonly from: number; readonly to: number } | null)[];
}

/**
 * Which requests are asked alone: each of another batch where there are so many batches, else spread evenly, and at changing
 * places within the batch.
 *
 * @param rows how many requests there are
 * @param batch how many of them are computed at once
 * @returns places in the order of the requests, from 0, rising
 */
export function probedRows(rows: number, batch: number): number[] {
  const batches = Math.ceil(rows / batch);
  if (batches < fewestProbed) {
    const count = Math.min(rows, fewestProbed);
    return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * rows) / count));
  }
  const count = Math.min(batches, mostProbed);
  return Array.from({ length: count }, (_, index) => {
    const start = Math.floor((index * batches) / count) * batch;
    const size = Math.min(batch, rows - start);
    // 29 has no divisor in common with usual batch sizes, so that every place has its turn.
    return start + ((index * 29 + 11) % size);
  });
}

/**
 * Reads what the checked requests were answered in their batches.
 *
 * @param outcomes those of all requests, whose table has the columns `seq` and `input`
 */
export async function readBatchProbe(
  db: Database,
  outcomes: Pick<ReplayedOutcomes, 'parts' | 'requests'>,
  places: readonly number[],
): Promise<BatchProbe> {
  const source = quoteIdentifier(outcomes.requests.table);
  const answers = `(${storedOutcomes(outcomes)})`;
  const [found] = await db.rows(
    `SELECT ${numberColumns.map((name) => `min(${name}) AS ${name}_from, max(${name}) AS ${name}_to`).join(', ')} FROM ${parquetRows(outcomes.parts.map(({ path }) => path))}`,
  );
  const rows = await db.rows(`
    WITH places AS (SELECT seq FROM (${placesSql(outcomes.requests)})
      WHERE place IN (${places.join(', ')}))
    SELECT input, error, outcomes.label AS label, ${numberColumns.join(', ')}
    FROM places JOIN ${source} AS requests USING (seq) JOIN ${answers} AS outcomes USING (seq) ORDER BY seq`);
  return {
    requests: rows.map((row) => ({
      input: textOf(row['input']) ?? 'null',
      together: {
        error: textOf(row['error']),
        label: textOf(row['label']),
        numbers: numberColumns.map((name) => numberOf(row[name])),
      },
    })),
    ranges: numberColumns.map((name) => {
      const [from, to] = [numberOf(found?.[`${name}_from`]), numberOf(found?.[`${name}_to`])];
      return from === null || to === null ? null : { from, to };
    }),
  };
}

/** Columns of the stored outcomes, whose names the table of requests does not have. */
const probed = scoredIn().filter(([, { needsTruth }]) => !needsTruth);
const numberColumns = ['value', 'score', ...probed.map(([name]) => name)];

/**
 * How many requests were answered otherwise alone than in their batch: by another label or error, or by a number that differs by
 * more than 1e-4 of the range of all answers. Timeouts and crashes are passed over, since they depend on the moment.
 *
 * @param alone in the order of the sample
 */
export function countDifferent({ requests, ranges }: BatchProbe, alone: readonly ProbedAnswer[]): number {
  return requests.filter(({ together }, index) => {
    const other = alone[index];
    return other !== undefined && !isPassing(together) && !isPassing(other) && differs(together, other, ranges);
  }).length;
}

/** What a model answered to requests that it was asked alone. */
export function aloneAnswers(
  outcomes: OutcomeColumns,
  labels: readonly string[],
  positive: string | undefined,
): ProbedAnswer[] {
  const places = { truth: -1, positive: positive === undefined ? -1 : labels.indexOf(positive) };
  return Array.from(outcomes.errors, (_, row) => ({
    error: errorAt(outcomes, row),
    label: labels[outcomes.labels[row] ?? -1] ?? null,
    numbers: [
      numberOf(outcomes.values[row]),
      numberOf(outcomes.scores[row]),
      ...probed.map(([, { ofRow }]) => numberOf(ofRow({ ...rowScores(outcomes, row), ...places }))),
    ],
  }));
}

function isPassing({ error }: ProbedAnswer): boolean {
  return error === 'timeout' || error === 'crash';
}

function differs(one: ProbedAnswer, other: ProbedAnswer, ranges: BatchProbe['ranges']): boolean {
  if (one.error !== other.error || one.label !== other.label) return true;
  return one.numbers.some((number, index) => {
    const beside = other.numbers[index] ?? null;
    if (number === null || beside === null) return number !== beside;
    const { from, to } = ranges[index] ?? { from: number, to: number };
    const rounding = roundingShare * Math.max(Math.abs(from), Math.abs(to), Math.abs(number));
    return Math.abs(number - beside) > Math.max(tolerance * (to - from), rounding);
  });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** NaN is how columns have no number. */
function numberOf(value: unknown): number | null {
  return typeof value === 'number' && !Number.isNaN(value) ? value : null;
}
