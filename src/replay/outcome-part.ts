import { errorAt, joinColumns, type OutcomeColumns } from '../models/outcome-columns.ts';
import type { OutcomeStore } from './outcome-store.ts';
import { outcomeColumns } from './outcome-tables.ts';
import type { ParquetWriter } from './parquet-table.ts';

/** The outcomes of one part, gathered chunk by chunk in any order, then written as one Parquet file. */
export class OutcomePart {
  readonly #part: number;
  readonly #seqs: readonly number[];
  readonly #labels: readonly string[];
  readonly #chunks = new Map<number, OutcomeColumns>();
  #rows = 0;

  /**
   * @param part the part's number
   * @param seqs sequence number of every request in the part, in order
   * @param labels what the label columns count
   */
  constructor(part: number, seqs: readonly number[], labels: readonly string[]) {
    this.#part = part;
    this.#seqs = seqs;
    this.#labels = labels;
  }

  /** Adds the outcomes of the requests from `position` on. */
  add(position: number, outcomes: OutcomeColumns): void {
    this.#chunks.set(position, outcomes);
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
      this.#seqs.map((_, row) => outcomes.details.get(row) ?? null),
    ];
    await store.writePart(this.#part, (path) => writer.write(path, outcomeColumns, values));
  }
}
