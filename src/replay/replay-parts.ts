import type { OutputSignature } from '../domain/registry.ts';
import type { HostedModel } from '../models/hosted-model.ts';
import { quoteIdentifier, type Database } from '../requests/database.ts';
import { OutcomePart } from './outcome-part.ts';
import type { OutcomeStore } from './outcome-store.ts';
import type { ParquetWriter } from './parquet-table.ts';
import type { PartRange } from './part-plan.ts';

/** Inputs that are sent in one message, and where their outcomes belong. */
interface Chunk {
  readonly part: OutcomePart;
  readonly position: number;
  readonly inputs: readonly string[];
}

/** Rows per message: a message costs about as much as a small model's batch, so several batches share one. */
const chunkRows = 512;

/** What a version's process is to do, and where its outcomes go. */
export interface PartsWork {
  readonly db: Database;
  /** Table or view with the columns `seq` and `input`. */
  readonly table: string;
  /** Whether the table has the column `label` too. */
  readonly truth: boolean;
  readonly output: OutputSignature;
  readonly model: HostedModel;
  readonly batch: number;
  readonly store: OutcomeStore;
  readonly writer: ParquetWriter;
  /** The parts that the store lacks. */
  readonly ranges: readonly PartRange[];
  /** Called with the number of requests done since the last call. */
  readonly onDone: (requests: number) => void;
}

/**
 * Sends the requests of some parts through a model and stores each part when it is complete.
 *
 * @throws whatever the model, the database or the store throw; complete parts are stored by then
 */
export async function replayParts(work: PartsWork): Promise<void> {
  const chunks = chunksOf(work);
  let written: Promise<void> = Promise.resolve();
  const lane = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await chunks.next();
        if (next.done === true) return;
        const { part, position, inputs } = next.value;
        part.add(position, await work.model.predict(inputs));
        work.store.notePeakMemory(work.model.peakMemory);
        if (part.isComplete) {
          // One part is written while the next is computed; a third has to wait for it.
          await written;
          written = part.writeTo(work.store, work.writer);
          written.catch(() => undefined);
        }
        work.onDone(inputs.length);
      }
    } finally {
      // After a failure the other lane finds no more chunks.
      await chunks.return();
    }
  };
  // Two lanes, so that the model's process finds the next chunk waiting when it is done with one.
  const lanes = await Promise.allSettled([lane(), lane()]);
  await written;
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}

/** Reads the parts' inputs in order; the next part is read while the model is at work on the one before. */
async function* chunksOf(work: PartsWork): AsyncGenerator<Chunk, void> {
  const { batch, ranges } = work;
  const size = Math.max(1, Math.floor(chunkRows / batch)) * batch;
  let upcoming = readPart(work, ranges[0]);
  for (const [index] of ranges.entries()) {
    const { part, inputs } = await upcoming;
    upcoming = readPart(work, ranges[index + 1]);
    // Nobody waits for it yet; a failure is thrown where it is awaited.
    upcoming.catch(() => undefined);
    for (let position = 0; position < inputs.length; position += size) {
      yield { part, position, inputs: inputs.slice(position, position + size) };
    }
  }
}

async function readPart(
  { db, table, truth, output }: PartsWork,
  range: PartRange | undefined,
): Promise<{ part: OutcomePart; inputs: readonly string[] }> {
  const seqs: number[] = [];
  const inputs: string[] = [];
  const trueLabels: (string | null)[] = [];
  if (range !== undefined) {
    const source = quoteIdentifier(table);
    const window = `seq >= ${range.from} AND seq < ${range.to}`;
    for await (const rows of db.stream(
      `SELECT seq, input${truth ? ', label' : ''} FROM ${source} WHERE ${window} ORDER BY seq`,
    )) {
      for (const seq of rows.numbers('seq')) seqs.push(seq);
      for (const input of rows.strings('input')) inputs.push(input ?? 'null');
      if (truth) trueLabels.push(...rows.strings('label'));
    }
  }
  return { part: new OutcomePart(range?.part ?? -1, seqs, output, trueLabels), inputs };
}
