import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { type AnswerNumber, scoredIn, toldIn } from '../../src/domain/scores/answer-numbers.ts';

/** One version's outcome of a row: right or wrong label, an error kind, or nothing recorded. */
export interface RowOutcome extends Partial<Readonly<Record<AnswerNumber, number>>> {
  readonly label?: string;
  readonly error?: string;
  readonly latencyMs?: number;
  /** A regression's answer. */
  readonly value?: number;
}

export interface JudgedRow {
  readonly id?: string;
  readonly unit: number;
  readonly inCanary?: boolean;
  readonly locale?: string;
  readonly label?: string;
  readonly hour?: number;
  readonly baseline?: RowOutcome;
  /** The baseline timed once more. */
  readonly baselineAgainMs?: number;
  readonly candidate?: RowOutcome;
  readonly isPositive?: boolean;
  /** Field `revenue` of the log; NaN for text. */
  readonly revenue?: number;
}

/** A database with the table `judged` filled by hand; closed when the test ends. */
export async function judgedDatabase(rows: readonly JudgedRow[]): Promise<Database> {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-metrics-')) });
  onTestFinished(() => db.close());
  await db.run(
    `CREATE TABLE judged (unit_index INTEGER, in_canary BOOLEAN, "segment:locale" VARCHAR, hour_of_day BIGINT, label VARCHAR,
     ${outcomeColumns('baseline')}, ${outcomeColumns('candidate')}, new_mistake_id VARCHAR, timed_pair UTINYINT, is_positive BOOLEAN, "kpi:revenue" DOUBLE)`,
  );
  if (rows.length > 0) await db.run(`INSERT INTO judged VALUES ${rows.map(rowSql).join(', ')}`);
  return db;
}

function outcomeColumns(role: string): string {
  return `${role}_present BOOLEAN, ${role}_latency_ns BIGINT, ${role}_error VARCHAR, ${role}_label VARCHAR, ${role}_value DOUBLE,
    ${numbers.map((name) => `${role}_${name} DOUBLE`).join(', ')}, ${role}_errors_known BOOLEAN`;
}

const numbers = [...scoredIn(), ...toldIn()].map(([name]) => name);

function rowSql({
  id = 'r',
  unit,
  inCanary = true,
  locale,
  label,
  hour = 12,
  baseline,
  candidate,
  baselineAgainMs,
  isPositive,
  revenue,
}: JudgedRow): string {
  const values = [
    unit,
    inCanary,
    text(locale),
    hour,
    text(label),
    outcomeSql(baseline),
    outcomeSql(candidate),
    text(newMistakeId(id, label, baseline, candidate)),
    nanosecondsSql(baselineAgainMs),
    isPositive ?? 'NULL',
    numberSql(revenue),
  ];
  return `(${values.join(', ')})`;
}

function newMistakeId(id: string, label?: string, baseline?: RowOutcome, candidate?: RowOutcome): string | undefined {
  if (label === undefined || baseline?.label !== label || candidate === undefined) return undefined;
  return (candidate.label ?? label) === label && candidate.error === undefined ? undefined : id;
}

function outcomeSql(outcome: RowOutcome | undefined): string {
  const { latencyMs, error, label, value, ...others } = outcome ?? {};
  const beside: Readonly<Record<string, number>> = others;
  const known = [value, ...numbers.map((name) => beside[name])].map(numberSql).join(', ');
  return `${outcome !== undefined}, ${nanosecondsSql(latencyMs)}, ${text(error)}, ${text(label)}, ${known}, true`;
}

function nanosecondsSql(latencyMs: number | undefined): string {
  return latencyMs === undefined ? 'NULL' : String(Math.round(latencyMs * 1e6));
}

function numberSql(value: number | undefined): string {
  if (value === undefined) return 'NULL';
  return Number.isNaN(value) ? "'NaN'::DOUBLE" : `${value}::DOUBLE`;
}

function text(value: string | undefined): string {
  return value === undefined ? 'NULL' : `'${value}'`;
}
