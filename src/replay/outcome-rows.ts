import { positiveLabel } from '../domain/positive-label.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { errorAt, joinColumns, labelsScored, type OutcomeColumns } from '../models/outcome-columns.ts';
import type { ColumnInput } from '../database/append-columns.ts';
import type { RequestChunk } from './request-chunks.ts';
import type { RowRange } from './store/row-range.ts';

/** The outcomes of requests that follow one another. */
export interface FinishedChunk extends RowRange {
  readonly seqs: readonly number[];
  readonly outcomes: OutcomeColumns;
  readonly trueScores: Float32Array;
  readonly positiveScores: Float32Array;
}

/** Makes the rows of `outcomeColumns` from what a version's process answers. */
export class OutcomeRows {
  readonly #labels: readonly string[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #positive: number;

  /** @param output the version's, whose labels the answers count */
  constructor(output: OutputSignature) {
    this.#labels = output.kind === 'classification' ? output.labels : [];
    this.#indexOf = new Map(this.#labels.map((label, index) => [label, index]));
    this.#positive = this.#labels.indexOf(positiveLabel(output) ?? '');
  }

  /** Keeps two of the labels' scores per request, since those of a thousand labels would not fit in memory. */
  finished({ from, to, seqs, trueLabels }: RequestChunk, outcomes: OutcomeColumns): FinishedChunk {
    const width = labelsScored(outcomes);
    const scoreOf = (row: number, label: number): number =>
      label < 0 || width === 0 ? Number.NaN : (outcomes.labelScores[row * width + label] ?? Number.NaN);
    return {
      from,
      to,
      seqs,
      outcomes: { ...outcomes, labelScores: new Float32Array() },
      trueScores: Float32Array.from(seqs, (_, row) => scoreOf(row, this.#indexOf.get(trueLabels[row] ?? '') ?? -1)),
      positiveScores: Float32Array.from(seqs, (_, row) => scoreOf(row, this.#positive)),
    };
  }

  /** The columns of chunks, one after another. */
  columns(chunks: readonly FinishedChunk[]): readonly ColumnInput[] {
    const seqs = chunks.flatMap((chunk) => chunk.seqs);
    const outcomes = joinColumns(chunks.map((chunk) => chunk.outcomes));
    return [
      seqs,
      seqs.map((_, row) => errorAt(outcomes, row)),
      Array.from(outcomes.labels, (label) => this.#labels[label] ?? null),
      outcomes.values,
      outcomes.scores,
      joined(chunks.map((chunk) => chunk.trueScores)),
      joined(chunks.map((chunk) => chunk.positiveScores)),
      seqs.map((_, row) => outcomes.details.get(row) ?? null),
      Array.from(outcomes.retries, (retries) => (retries === 0 ? null : retries)),
    ];
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}
