import { errorKinds, type ErrorKind, type Outcome } from '../domain/outcome.ts';
import { type RowScores, toldIn } from '../domain/scores/answer-numbers.ts';

/**
 * The outcomes of a batch as columns, one entry per request in order: cheap to send between processes and to append
 * to a table.
 */
export interface OutcomeColumns {
  /** 0 for an answer, else 1 + the index in `errorKinds`. */
  readonly errors: Uint8Array;
  /** Index in the signature's labels, -1 for none. */
  readonly labels: Int32Array;
  /** A regression's number, NaN for none. */
  readonly values: Float64Array;
  /** The score of the predicted label; NaN for none. */
  readonly scores: Float64Array;
  /** The score of every label, request by request in the signature's order; NaN for none, empty where no request has any. */
  readonly labelScores: Float32Array;
  /** The texts of free answers by row; empty where there are none. */
  readonly texts: ReadonlyMap<number, string>;
  /** The `toldNumbers` by name and row, NaN for what is not told; without those that no answer of a batch tells. */
  readonly usage: ReadonlyMap<string, Float64Array>;
  /** How often each request was sent again; empty where none was. */
  readonly retries: Uint8Array;
  /** What went wrong, by row, of those that have no answer. */
  readonly details: ReadonlyMap<number, string>;
}

/** Longest error detail that is kept; the rest says nothing new. */
const detailLength = 300;

/** @param labels the signature's labels, which every label in `outcomes` is one of */
export function toColumns(outcomes: readonly Outcome[], labels: readonly string[]): OutcomeColumns {
  const columns = {
    errors: new Uint8Array(outcomes.length),
    labels: new Int32Array(outcomes.length).fill(-1),
    values: new Float64Array(outcomes.length).fill(Number.NaN),
    scores: new Float64Array(outcomes.length).fill(Number.NaN),
    labelScores: labelScoresOf(outcomes, labels.length),
    texts: new Map<number, string>(),
    usage: usageOf(outcomes),
    retries: outcomes.some(({ retries = 0 }) => retries > 0)
      ? Uint8Array.from(outcomes, ({ retries = 0 }) => retries)
      : new Uint8Array(),
    details: new Map<number, string>(),
  };
  for (const [row, outcome] of outcomes.entries()) {
    if (!outcome.ok) {
      columns.errors[row] = 1 + errorKinds.indexOf(outcome.error);
      columns.details.set(row, outcome.detail.slice(0, detailLength));
    } else if (outcome.prediction.kind === 'number') {
      columns.values[row] = outcome.prediction.value;
    } else if (outcome.prediction.kind === 'free') {
      columns.texts.set(row, outcome.prediction.text);
    } else {
      columns.labels[row] = labels.indexOf(outcome.prediction.label);
      columns.scores[row] = outcome.prediction.score ?? Number.NaN;
    }
  }
  return columns;
}

function usageOf(outcomes: readonly Outcome[]): ReadonlyMap<string, Float64Array> {
  const columns = new Map<string, Float64Array>();
  for (const [row, outcome] of outcomes.entries()) {
    if (!outcome.ok || outcome.usage === undefined) continue;
    for (const [name, value] of Object.entries(outcome.usage)) {
      const column = columns.get(name) ?? new Float64Array(outcomes.length).fill(Number.NaN);
      column[row] = value;
      columns.set(name, column);
    }
  }
  return columns;
}

function labelScoresOf(outcomes: readonly Outcome[], width: number): Float32Array {
  const all = outcomes.map((outcome) =>
    outcome.ok && outcome.prediction.kind === 'label' ? outcome.prediction.scores : undefined,
  );
  if (all.every((scores) => scores === undefined)) return new Float32Array();
  const matrix = new Float32Array(outcomes.length * width).fill(Number.NaN);
  for (const [row, scores] of all.entries()) if (scores !== undefined) matrix.set(scores, row * width);
  return matrix;
}

/** Puts batches one after another. */
export function joinColumns(batches: readonly OutcomeColumns[]): OutcomeColumns {
  const rows = batches.reduce((sum, batch) => sum + batch.errors.length, 0);
  const width = Math.max(0, ...batches.map(labelsScored));
  const joined = {
    errors: new Uint8Array(rows),
    labels: new Int32Array(rows),
    values: new Float64Array(rows),
    scores: new Float64Array(rows),
    labelScores: new Float32Array(rows * width).fill(Number.NaN),
    texts: new Map<number, string>(),
    usage: new Map(toldIn().map(([name]) => [name, new Float64Array(rows).fill(Number.NaN)])),
    retries: new Uint8Array(rows),
    details: new Map<number, string>(),
  };
  let start = 0;
  for (const batch of batches) {
    joined.errors.set(batch.errors, start);
    joined.labels.set(batch.labels, start);
    joined.values.set(batch.values, start);
    joined.scores.set(batch.scores, start);
    joined.labelScores.set(batch.labelScores, start * width);
    joined.retries.set(batch.retries, start);
    for (const [name, column] of batch.usage) joined.usage.get(name)?.set(column, start);
    for (const [row, text] of batch.texts) joined.texts.set(start + row, text);
    for (const [row, detail] of batch.details) joined.details.set(start + row, detail);
    start += batch.errors.length;
  }
  return joined;
}

/** The scores of a row's labels. */
export function rowScores(outcomes: OutcomeColumns, row: number): Pick<RowScores, 'labels' | 'scoreOf'> {
  const labels = labelsScored(outcomes);
  const scoreOf = (label: number) =>
    label < 0 ? Number.NaN : (outcomes.labelScores[row * labels + label] ?? Number.NaN);
  return { labels, scoreOf };
}

/** How many labels have a score in each row; 0 where none has. */
function labelsScored({ errors, labelScores }: OutcomeColumns): number {
  return errors.length === 0 ? 0 : labelScores.length / errors.length;
}

/** The error kind of a row, null for an answer. */
export function errorAt(columns: OutcomeColumns, row: number): ErrorKind | null {
  return errorKinds[(columns.errors[row] ?? 0) - 1] ?? null;
}
