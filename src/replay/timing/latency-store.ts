import type { ErrorKind } from '../../domain/outcome.ts';
import { quoteIdentifier, type Database } from '../../database/database.ts';
import { randomArrivalsMs, recordedArrivalsMs } from './arrival-times.ts';
import { measureLatency, type LatencySettings, type TimedColumn } from './measure-latency.ts';
import { latencyKey, type RequestIdentity, type VersionIdentity } from '../store/outcome-key.ts';
import { type StoreSettings, OutcomeStore } from '../store/outcome-store.ts';
import { loadParquet, ParquetWriter } from '../store/parquet-table.ts';
import type { TimedVersion } from './stopwatch.ts';
import type { ReplayProgress } from '../replay.ts';

const latencyTableColumns = {
  seq: 'BIGINT',
  baseline_ns: 'BIGINT',
  baseline_again_ns: 'BIGINT',
  candidate_ns: 'BIGINT',
  baseline_error: 'VARCHAR',
  baseline_again_error: 'VARCHAR',
  candidate_error: 'VARCHAR',
  baseline_retries: 'UTINYINT',
  candidate_retries: 'UTINYINT',
} as const;

export interface LatencyMeasurement {
  readonly db: Database;
  /** Table or view of the requests: `seq BIGINT`, `input VARCHAR` holding JSON, and `at TIMESTAMP` for a load at recorded times. */
  readonly table: string;
  /** Table with a column `seq`: the requests that are timed. */
  readonly sampleTable: string;
  readonly requests: RequestIdentity;
  /** Null where the baseline's outcomes are recorded and only the candidate can be timed. */
  readonly baseline: TimedVersion | null;
  readonly candidate: TimedVersion;
  readonly settings: LatencySettings;
  readonly store: StoreSettings;
  readonly onProgress: (progress: ReplayProgress) => void;
  /** Called before a load test at given times with about how long it will take. */
  readonly onOpenLoop?: (seconds: number) => void;
}

export interface MeasuredLatency {
  /** The Parquet file of the times, in order of seq; it is read by `loadLatency`. */
  readonly file: string;
  /** False when the times come from the store. */
  readonly measured: boolean;
}

/**
 * Times the sampled requests on baseline and candidate, or finds the times of an earlier measurement of the same in the
 * store, so that judging again sees the same numbers.
 *
 * @param signal stops the measurement; nothing of it is kept, since half a measurement is none
 * @throws UserError exit 130 when stopped, exit 5 when a version or the store cannot be used
 */
export async function timeRequests(measurement: LatencyMeasurement, signal: AbortSignal): Promise<MeasuredLatency> {
  const { baseline, candidate, db, requests, settings } = measurement;
  const { seqs, inputs, arrivalsMs } = await readSample(measurement);
  const key = latencyKey({
    baseline: baseline === null ? null : identityOf(baseline),
    candidate: identityOf(candidate),
    requests,
    sample: seqs,
    warmUp: settings.warmUp,
    seed: settings.seed,
    timeoutMs: settings.timeoutMs,
    load: settings.load,
  });
  const store = await OutcomeStore.open(measurement.store.folder, key, measurement.store.fresh);
  const missing = await store.missing(seqs.length);
  const [stored] = store.paths;
  if (stored !== undefined && missing.length === 0) return { file: stored, measured: false };

  const { version } = candidate.spec;
  const onProgress = (done: number): void => measurement.onProgress({ version, done, total: seqs.length });
  const [first = 0, last = 0] = [arrivalsMs[0], arrivalsMs.at(-1)];
  if (last > first) measurement.onOpenLoop?.(((last - first) / 1000) * (baseline === null ? 1 : 3));
  const times = await measureLatency({ baseline, candidate }, inputs, arrivalsMs, settings, signal, onProgress);
  const columns = [times.baseline, times.baselineAgain, times.candidate];
  const values = [
    seqs,
    ...columns.map((column) => nanosecondsOf(column, seqs.length)),
    ...columns.map((column) => errorsOf(column, seqs.length)),
    ...[times.baseline, times.candidate].map((column) => retriesOf(column, seqs.length)),
  ];
  const all = { from: 0, to: seqs.length };
  await store.add(all, (path) => new ParquetWriter(db).write(path, latencyTableColumns, values));
  const [file = ''] = store.paths;
  return { file, measured: true };
}

/**
 * Makes a table of measured times: `seq BIGINT`; `baseline_ns`, `baseline_again_ns`, `candidate_ns BIGINT` (null when not
 * measured or when the process crashed; the timeout when it was reached); `baseline_error`, `baseline_again_error`,
 * `candidate_error VARCHAR` (null for an answer); `baseline_retries`, `candidate_retries UTINYINT` (null for none).
 *
 * @param table its name; replaced if it is there
 */
export async function loadLatency(db: Database, table: string, file: string): Promise<void> {
  await loadParquet(db, table, latencyTableColumns, [file]);
}

interface Sample {
  readonly seqs: readonly number[];
  readonly inputs: readonly string[];
  /** When each is sent in an open loop; empty otherwise. */
  readonly arrivalsMs: readonly number[];
}

async function readSample({ db, table, sampleTable, settings }: LatencyMeasurement): Promise<Sample> {
  const { load, seed } = settings;
  const recorded = load?.kind === 'open' && load.rate === 'recorded';
  const seqs: number[] = [];
  const inputs: string[] = [];
  const recordedMs: number[] = [];
  const sampled = `SELECT seq FROM ${quoteIdentifier(sampleTable)}`;
  const [columns, order] = recorded
    ? ['seq, input, epoch_us("at")::DOUBLE / 1000 AS at_ms', '"at", seq']
    : ['seq, input', 'seq'];
  const sql = `SELECT ${columns} FROM ${quoteIdentifier(table)} WHERE seq IN (${sampled}) ORDER BY ${order}`;
  for await (const rows of db.stream(sql)) {
    for (const seq of rows.numbers('seq')) seqs.push(seq);
    for (const input of rows.strings('input')) inputs.push(input ?? 'null');
    if (recorded) for (const at of rows.numbers('at_ms')) recordedMs.push(at);
  }
  if (load?.kind !== 'open') return { seqs, inputs, arrivalsMs: [] };
  const arrivalsMs =
    load.rate === 'recorded'
      ? recordedArrivalsMs(recordedMs, load.speedup)
      : randomArrivalsMs(seqs.length, load.rate, seed);
  return { seqs, inputs, arrivalsMs };
}

function identityOf({ spec, sha256 }: TimedVersion): VersionIdentity {
  return { sha256, signature: spec.signature };
}

function nanosecondsOf(column: TimedColumn | null, rows: number): (number | null)[] {
  return column === null ? empty(rows) : column.map((time) => time.nanoseconds);
}

function errorsOf(column: TimedColumn | null, rows: number): (ErrorKind | null)[] {
  return column === null ? empty(rows) : column.map((time) => time.error);
}

function retriesOf(column: TimedColumn | null, rows: number): (number | null)[] {
  return column === null ? empty(rows) : column.map(({ retries }) => (retries === 0 ? null : retries));
}

function empty(rows: number): null[] {
  return Array.from({ length: rows }, () => null);
}
