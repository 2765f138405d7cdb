import { positiveLabel } from '../domain/positive-label.ts';
import type { OutputSignature } from '../domain/registry.ts';
import { errorAt, joinColumns, labelsScored, type OutcomeColumns } from '../models/outcome-columns.ts';
import type { OutcomeStore } from './outcome-store.ts';
import { outcomeColumns } from './outcome-tables.ts';
import type { ParquetWriter } from './parquet-table.ts';

/** The outcomes of one part, gathered chunk by chunk in any order, then written as one Parquet file. */
export class OutcomePart {
  readonly #part: number;
  readonly #seqs: readonly number[];
  readonly #labels: readonly string[];
  readonly #positive: number;
  readonly #trueLabels: Int32Array;
  readonly #chunks = new Map<number, OutcomeColumns>();
  readonly #trueScores: Float32Array;
  readonly #positiveScores: Float32Array;
  #rows = 0;

  /**
   * @param part the part's number
   * @param seqs sequence number of every request in the part, in order
   * @param output the version's, whose labels the columns count
   * @param trueLabels of the requests, in order; empty where they are not to be scored
   */
  constructor(part: number, seqs: readonly number[], output: OutputSignature, trueLabels: readonly (string | null)[]) {
    const labels = output.kind === 'classification' ? output.labels : [];
    const indexOf = new Map(labels.map((label, index) => [label, index]));
    this.#part = part;
    this.#seqs = seqs;
    this.#labels = labels;
    this.#positive = labels.indexOf(positiveLabel(output) ?? '');
    this.#trueLabels = Int32Array.from(trueLabels, (label) => (label === null ? -1 : (indexOf.get(label) ?? -1)));
    this.#trueScores = new Float32Array(seqs.length).fill(Number.NaN);
    this.#positiveScores = new Float32Array(seqs.length).fill(Number.NaN);
  }

  /** Adds the outcomes of the requests from `position` on. */
  add(position: number, outcomes: OutcomeColumns): void {
    this.#pickScores(position, outcomes);
    // Of all the labels' scores two per request are kept: a part of a thousand labels would not fit in memory.
    this.#chunks.set(position, { ...outcomes, labelScores: new Float32Array() });
    this.#rows += outcomes.errors.length;
  }

  get isComplete(): boolean {
    return this.#rows === this.#seqs.length;
  }

  async writeTo(store: OutcomeStore, writer: ParquetWriter): Promise<void> {
    const positions = [...this.#chunks.keys()].toSorted((a, b) => a - b);
    const outcomes = joinColumns(positions.flatMap((position) => this.#chunks.get(position) ?? []));
    const values = [
      this.#seqs,
      this.#seqs.map((_, row) => errorAt(outcomes, row)),
      Array.from(outcomes.labels, (label) => this.#labels[label] ?? null),
      outcomes.values,
      outcomes.scores,
      this.#trueScores,
      this.#positiveScores,
      this.#seqs.map((_, row) => outcomes.details.get(row) ?? null),
      Array.from(outcomes.retries, (retries) => (retries === 0 ? null : retries)),
    ];
    await store.writePart(this.#part, (path) => writer.write(path, outcomeColumns, values));
  }

  #pickScores(position: number, outcomes: OutcomeColumns): void {
    const width = labelsScored(outcomes);
    if (width === 0) return;
    for (let row = 0; row < outcomes.errors.length; row += 1) {
      const scoreOf = (label: number) => (label < 0 ? undefined : outcomes.labelScores[row * width + label]);
      this.#trueScores[position + row] = scoreOf(this.#trueLabels[position + row] ?? -1) ?? Number.NaN;
      this.#positiveScores[position + row] = scoreOf(this.#positive) ?? Number.NaN;
    }
  }
}
