import type { OutputSignature } from '../domain/registry.ts';
import type { HostedModel } from '../models/host/hosted-model.ts';
import type { OutcomeStore } from './store/outcome-store.ts';
import { outcomeColumns } from './store/outcome-tables.ts';
import type { ParquetWriter } from './store/parquet-table.ts';
import type { RequestChunks, RequestChunk } from './request-chunks.ts';
import { countRows } from './store/row-range.ts';
import type { SecondProcess } from './version-process.ts';
import { type WindowRows, WriteBehind } from './store/write-behind.ts';
import type { ReplayWindow } from './replay-windows.ts';
import { positiveLabel } from '../domain/positive-label.ts';
import { type RowScores, scoredIn } from '../domain/scores/answer-numbers.ts';
import { errorAt, joinColumns, rowScores, type OutcomeColumns } from '../models/outcome-columns.ts';
import type { ColumnInput } from '../database/append-columns.ts';

/** What a version's process is to do, and where its outcomes go. */
interface ChunksWork {
  readonly chunks: RequestChunks;
  readonly output: OutputSignature;
  readonly model: HostedModel;
  /** Another process of the version, where there may be one. */
  readonly second: SecondProcess | undefined;
  readonly store: OutcomeStore;
  readonly writer: ParquetWriter;
  /** Called with the number of requests done since the last call. */
  readonly onDone: (requests: number) => void;
}

/**
 * Sends requests through a model and stores what it answers.
 *
 * @throws whatever the model, the database or the store throw; what was answered by then is stored where that is possible
 */
export async function replayChunks(work: ChunksWork): Promise<void> {
  const { chunks, size } = work.chunks;
  const rows = new OutcomeRows(work.output);
  const finished = new WriteBehind<FinishedChunk>(
    (run) => storeRun(work, rows, run),
    (window) => window.to - window.from - countRows(work.store.missingOf(window)),
  );
  const { second } = work;
  const lane = async (model: HostedModel): Promise<void> => {
    try {
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) return;
        const { inputs } = next.value;
        const start = performance.now();
        const outcomes = await model.predict(inputs);
        size.answered(inputs.length, performance.now() - start);
        work.store.notePeakMemory(model.peakMemory);
        await finished.add(rows.finished(next.value, outcomes));
        work.onDone(inputs.length);
        second?.answered(inputs.length);
      }
    } finally {
      // After a failure the other lanes find no more chunks.
      await chunks.return();
      second?.end();
    }
  };
  // Two lanes, so that the model's process finds the next chunk waiting when it is done with one.
  const both = async (model: HostedModel): Promise<void> => {
    const lanes = await Promise.allSettled([lane(model), lane(model)]);
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  };
  const help = second?.help(async (model) => {
    work.store.notePeakMemory(null);
    await both(model);
  });
  const processes = await Promise.allSettled([both(work.model), help]);
  const failed = processes.find((result) => result.status === 'rejected');
  if (failed === undefined) return await finished.flush();
  // The first failure is what there is to tell; where it is the store's own, the second is likely the same.
  await finished.flush().catch(() => undefined);
  throw failed.reason;
}

async function storeRun(
  { store, writer }: ChunksWork,
  rows: OutcomeRows,
  run: readonly FinishedChunk[],
): Promise<void> {
  const range = { from: run[0]?.from ?? 0, to: run.at(-1)?.to ?? 0 };
  await store.add(range, (path, others) => writer.write(path, outcomeColumns, rows.columns(run), others));
}

/** The outcomes of requests that follow one another. */
interface FinishedChunk extends WindowRows {
  readonly window: ReplayWindow;
  readonly outcomes: OutcomeColumns;
  /** By the names of `scoredNumbers`. */
  readonly scored: ReadonlyMap<string, Float64Array>;
}

/** Makes the rows of `outcomeColumns` from what a version's process answers. */
class OutcomeRows {
  readonly #labels: readonly string[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #positive: number;

  /** @param output the version's, whose labels the answers count */
  constructor(output: OutputSignature) {
    this.#labels = output.kind === 'classification' ? output.labels : [];
    this.#indexOf = new Map(this.#labels.map((label, index) => [label, index]));
    this.#positive = this.#labels.indexOf(positiveLabel(output) ?? '');
  }

  /** Keeps a few numbers of the labels' scores per request, since those of a thousand labels would not fit in memory. */
  finished({ from, to, window, trueLabels }: RequestChunk, outcomes: OutcomeColumns): FinishedChunk {
    const rows = Array.from({ length: to - from }, (_, row): RowScores => ({
      ...rowScores(outcomes, row),
      truth: this.#indexOf.get(trueLabels[row] ?? '') ?? -1,
      positive: this.#positive,
    }));
    return {
      from,
      to,
      window,
      outcomes: { ...outcomes, labelScores: new Float32Array() },
      scored: new Map(scoredIn().map(([name, { ofRow }]) => [name, Float64Array.from(rows, ofRow)])),
    };
  }

  /** The columns of chunks, one after another, in the order of `outcomeColumns`. */
  columns(chunks: readonly FinishedChunk[]): readonly ColumnInput[] {
    const places = chunks.flatMap(({ from, to, window }) =>
      Array.from({ length: to - from }, (_, row) => from - window.from + row),
    );
    const outcomes = joinColumns(chunks.map((chunk) => chunk.outcomes));
    const columns: Readonly<Record<string, ColumnInput>> = {
      ...Object.fromEntries(outcomes.usage),
      ...Object.fromEntries(
        scoredIn().map(([name]) => [name, chunks.flatMap(({ scored }) => [...(scored.get(name) ?? [])])]),
      ),
      place: places,
      error: places.map((_, row) => errorAt(outcomes, row)),
      label: Array.from(outcomes.labels, (label, row) => this.#labels[label] ?? outcomes.texts.get(row) ?? null),
      value: outcomes.values,
      score: outcomes.scores,
      detail: places.map((_, row) => outcomes.details.get(row) ?? null),
      retries: Array.from(outcomes.retries, (retries) => (retries === 0 ? null : retries)),
    };
    return Object.keys(outcomeColumns).map((name) => columns[name] ?? []);
  }
}
