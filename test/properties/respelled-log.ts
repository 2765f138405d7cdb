import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { UserError } from '../../src/domain/errors.ts';
import { starterIntents, starterLog } from '../../src/gate/init/starter.ts';
import { openDatabase } from '../../src/database/database.ts';
import { classifying, keptForTheRun, TestRollout } from '../fixtures/test-rollout.ts';

export const versions = ['1.0.0', '1.1.0'] as const;
export type Version = (typeof versions)[number];

/** What a version did with a request: any JSON value may stand where an answer or an error is. */
export interface Outcome {
  readonly prediction?: unknown;
  readonly error?: unknown;
}

/** A request with its truth and what one or both versions did with it. */
export interface Request {
  readonly id: string;
  readonly user: string;
  readonly at: string;
  readonly label?: unknown;
  readonly outcomes: Readonly<Partial<Record<Version, Outcome>>>;
}

/** A log, and what its versions may answer. */
export interface Log {
  readonly labels: readonly string[];
  readonly requests: readonly Request[];
}

/** JSON has one kind of number, so that a float that is whole is written by this mark. */
const floatMark = 'float:';

/** Marks a whole number that is to be written as a float. */
export function float(value: number): string {
  return `${floatMark}${value.toFixed(1)}`;
}

export type Harm = 'wrong answers' | 'failures';

/** A log in which both versions did every request, and the candidate is worse by 40 points. */
export function harmedLog(labels: readonly string[], harm: Harm): Log {
  const requests = Array.from({ length: 600 }, (_, index): Request => {
    const id = `r${index}`;
    const at = new Date(Date.UTC(2026, 10, 1) + index * 300_000).toISOString();
    const label = pick(labels, 'truth', id);
    const right = { prediction: label };
    const wrong = {
      prediction: pick(
        labels.filter((each) => each !== label),
        'mistake',
        id,
      ),
    };
    const before = murmur3Bucket('before', id) < 0.9 ? right : wrong;
    const harmed = murmur3Bucket('harm', id) < 0.4;
    const after = harmed ? (harm === 'failures' ? { error: 'timeout' } : wrong) : before;
    return { id, user: `u${index % 300}`, at, label, outcomes: { '1.0.0': before, '1.1.0': after } };
  });
  return { labels, requests };
}

/** The log that `canary init` ships, its candidate's answers turned to the next label in 40 of 100 requests. */
export function harmedStarterLog(): Log {
  const [first = ''] = starterIntents;
  const next = (label: string) => starterIntents[starterIntents.indexOf(label) + 1] ?? first;
  const requests = starterLog(...versions)
    .trimEnd()
    .split('\n')
    .map((line): Request => {
      const record = JSON.parse(line);
      const id = String(record.request_id);
      const candidate = record.outcomes[versions[1]];
      const harmed = murmur3Bucket('harm', id) < 0.4 && candidate.prediction !== undefined;
      const prediction: unknown = harmed ? next(candidate.prediction) : candidate.prediction;
      return {
        id,
        user: record.user_id,
        at: record.timestamp,
        label: record.label,
        outcomes: {
          '1.0.0': outcomeOf(record.outcomes[versions[0]]),
          '1.1.0': { ...outcomeOf(candidate), prediction },
        },
      };
    });
  return { labels: starterIntents, requests };
}

function outcomeOf({ prediction, error }: Outcome): Outcome {
  return { ...(prediction === undefined ? {} : { prediction }), ...(error === undefined ? {} : { error }) };
}

/** The same users served by one version each, half by the candidate: what a live split would have logged. */
export function asSplit({ labels, requests }: Log): Log {
  return {
    labels,
    requests: requests.map((request) => {
      const version = murmur3Bucket('split', request.user) < 0.5 ? '1.1.0' : '1.0.0';
      return { ...request, outcomes: { [version]: request.outcomes[version] } };
    }),
  };
}

function pick(values: readonly string[], salt: string, id: string): string {
  return values[Math.floor(murmur3Bucket(salt, id) * values.length)] ?? '';
}

export type FileFormat = 'jsonl' | 'csv' | 'parquet';

/**
 * The decision on a log in a format, in a folder of its own that is gone afterwards.
 * @returns `refused` where there is no verdict
 */
export async function decisionOn(log: Log, format: FileFormat): Promise<string> {
  const split = log.requests.every(({ outcomes }) => Object.keys(outcomes).length < 2);
  const plan = {
    name: 'respelled',
    requests: `{ source: log.${format}${split ? ', fields: { servedBy: served_by }' : ''} }`,
    stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]',
    guardrails: ['{ metric: accuracy, maxDecrease: 10pp }', '{ metric: error_rate, maxIncrease: 10pp }'],
    judge: 'all',
  };
  const rollout = new TestRollout({ plan, version: classifying(log.labels) }, keptForTheRun);
  await writeLog(
    rollout.folder,
    format,
    log.requests.map((request) => recordOf(request, split)),
  );
  try {
    return (await rollout.evaluate()).verdict.decision;
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}

function recordOf({ id, user, at, label, outcomes }: Request, split: boolean): object {
  const record = { request_id: id, user_id: user, timestamp: at, ...(label === undefined ? {} : { label }) };
  if (!split) return { ...record, outcomes };
  return Object.entries(outcomes).reduce(
    (all, [version, outcome]) => ({ ...all, served_by: version, ...outcome }),
    record,
  );
}

async function writeLog(folder: string, format: FileFormat, records: readonly object[]): Promise<void> {
  const path = join(folder, `log.${format}`);
  if (format === 'csv') return writeFileSync(path, csvText(records.map((record) => flat(record))));
  const lines = join(folder, format === 'jsonl' ? 'log.jsonl' : 'rows.jsonl');
  const marked = new RegExp(`"${floatMark}([^"]*)"`, 'gu');
  writeFileSync(
    lines,
    records
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('')
      .replaceAll(marked, '$1'),
  );
  if (format === 'jsonl') return;
  const db = await openDatabase({ tempFolder: join(folder, 'tmp') });
  await db.run(
    `COPY (SELECT * FROM read_json('${lines}', format = 'newline_delimited', sample_size = -1)) TO '${path}' (FORMAT parquet)`,
  );
  await db.close();
}

function cellOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(floatMark, '') : value === null ? '' : JSON.stringify(value);
}

/** A record's leaves by their dotted paths. */
function flat(value: object, prefix = ''): Record<string, string> {
  const leaves: Record<string, string> = {};
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    if (member === undefined) continue;
    if (typeof member === 'object' && member !== null) Object.assign(leaves, flat(member, `${prefix}${key}.`));
    else leaves[`${prefix}${key}`] = cellOf(member);
  }
  return leaves;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function csvText(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('');
}
