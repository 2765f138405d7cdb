import type { OutputSignature } from '../domain/registry.ts';
import type { HostedModel } from '../models/host/hosted-model.ts';
import { type FinishedChunk, OutcomeRows } from './outcome-rows.ts';
import type { OutcomeStore } from './store/outcome-store.ts';
import { outcomeColumns } from './store/outcome-tables.ts';
import type { ParquetWriter } from './store/parquet-table.ts';
import type { RequestChunks } from './request-chunks.ts';
import { WriteBehind } from './store/write-behind.ts';

/** What a version's process is to do, and where its outcomes go. */
export interface ChunksWork {
  readonly chunks: RequestChunks;
  readonly output: OutputSignature;
  readonly model: HostedModel;
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
  const finished = new WriteBehind<FinishedChunk>((run) => storeRun(work, rows, run));
  const lane = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) return;
        const { inputs } = next.value;
        const start = performance.now();
        const outcomes = await work.model.predict(inputs);
        size.answered(inputs.length, performance.now() - start);
        work.store.notePeakMemory(work.model.peakMemory);
        await finished.add(rows.finished(next.value, outcomes));
        work.onDone(inputs.length);
      }
    } finally {
      // After a failure the other lane finds no more chunks.
      await chunks.return();
    }
  };
  // Two lanes, so that the model's process finds the next chunk waiting when it is done with one.
  const lanes = await Promise.allSettled([lane(), lane()]);
  const failed = lanes.find((result) => result.status === 'rejected');
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
  await store.add(range, (path) => writer.write(path, outcomeColumns, rows.columns(run)));
}
