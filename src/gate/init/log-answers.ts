import type { Database } from '../../database/database.ts';
import { UserError } from '../../domain/errors.ts';
import { logFormatTraits, type RequestFields } from '../../domain/log/log-format.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import type { ReadOptions } from '../../requests/values/read-options.ts';
import { recordPlace } from '../../requests/files/scan-records.ts';
import { readRequests } from '../../requests/read-requests.ts';
import { isOfEvaluation } from '../../requests/table/live-split.ts';
import type { FieldGuesses } from './detected-fields.ts';
import type { LogSample } from './log-sample.ts';
import type { NamedVersions } from './named-versions.ts';

/** What a log's answers say, once it is known who answered. */
export interface LogAnswers {
  /** What both versions answer, as a registry describes it; undefined where the log has no answers, or none that can be read. */
  readonly output?: OutputSignature;
  /** Truths that no version ever answered, the most frequent first. They are never taken for labels. */
  readonly strangeTruths: readonly string[];
  /** Why answers could not be read. */
  readonly problem?: string;
  /** Of a live split, as `SplitWeight` says, the oldest first. */
  readonly split?: readonly SplitWeight[];
  /** Whether such a log spans less than an hour. */
  readonly isShort?: boolean;
}

/** Since when (ISO 8601) the candidate serves which share of the users, in (0, 1). */
export interface SplitWeight {
  readonly from: string;
  readonly share: number;
}

/** So many different answers are no labels any more but texts. */
const mostLabels = 1000;

/** Stands for the second version of a log that has one; no log has the name. */
const nobody = { name: '\u0001', version: '0.0.0-none' };

/** How a plan with these fields reads the log. */
export function fieldsOfPlan(format: LogSample['format'], found: FieldGuesses): RequestFields {
  const usual = logFormatTraits[format].fields;
  const id = found.id?.path ?? (format === 'canary' ? recordPlace : usual.id);
  const served = found.servedBy;
  return {
    ...usual,
    id,
    timestamp: found.timestamp?.path ?? usual.timestamp,
    unit: found.unit?.path ?? (usual.unit === '' || format === 'canary' ? id : usual.unit),
    label: found.label?.path ?? usual.label,
    outcomes: found.outcomes?.path ?? usual.outcomes,
    ...(served === undefined
      ? {}
      : {
          served: {
            by: served.path,
            latency: found.latency?.latency ?? found.latency?.path ?? 'latency_ms',
            error: found.error?.path ?? 'error',
            prediction: found.prediction?.path ?? 'prediction',
            ...(found.score === undefined ? {} : { score: found.score.path }),
          },
        }),
  };
}

/** Reads the whole log once with what is known of it. What it cannot be read for is told, not thrown: the plan then says what is missing. */
export async function readAnswers(
  db: Database,
  folder: string,
  log: string,
  sample: LogSample,
  found: FieldGuesses,
  { baseline, candidate }: NamedVersions,
): Promise<LogAnswers> {
  const other = candidate ?? nobody;
  const options: ReadOptions = {
    format: sample.format,
    folder,
    files: [log],
    fields: fieldsOfPlan(sample.format, found),
    segments: {},
    recorded: { baseline: baseline.version, candidate: other.version },
    servedAs: { [baseline.name]: 'baseline', [other.name]: 'candidate' },
    input: false,
    ordered: false,
  };
  try {
    await readRequests(db, options);
  } catch (error) {
    if (error instanceof UserError) return { strangeTruths: [], problem: error.message };
    throw error;
  }
  const answers = ['baseline', 'candidate'].map(
    (role) => `SELECT ${role}_label AS answer FROM requests WHERE ${role}_label IS NOT NULL`,
  );
  await db.run(`CREATE OR REPLACE TABLE answers AS ${answers.join(' UNION ALL ')}`);
  const output = await outputOf(db, isOfEvaluation(options));
  const known = output?.kind === 'classification' ? output.labels : [];
  const truths =
    output?.kind === 'classification'
      ? await db.rows('SELECT label FROM requests WHERE label IS NOT NULL GROUP BY label ORDER BY count(*) DESC, label')
      : [];
  const strange = truths.map(({ label }) => String(label)).filter((label) => !known.includes(label));
  const split = candidate === undefined || found.servedBy === undefined ? undefined : await splitOf(db);
  return {
    strangeTruths: strange.slice(0, 20),
    ...(output === undefined ? {} : { output }),
    ...(split === undefined ? {} : { split, isShort: await isShort(db) }),
  };
}

const shortMinutes = 60;

/** Whether the log ends before the time in which a weight settles is a small part of it. */
async function isShort(db: Database): Promise<boolean> {
  const [row] = await db.rows(`SELECT max("at") - min("at") < INTERVAL ${shortMinutes} MINUTE AS short FROM requests`);
  return row?.['short'] === true;
}

/** @param mayBeTexts whether answers that are no labels are texts; of any other log nobody knows what they are. */
async function outputOf(db: Database, mayBeTexts: boolean): Promise<OutputSignature | undefined> {
  const [row = {}] = await db.rows(`SELECT count(*) AS answers, count(DISTINCT answer) AS kinds,
    count(*) FILTER (WHERE isfinite(try_cast(answer AS DOUBLE))) AS numbers FROM answers`);
  const [answers, kinds, numbers] = [Number(row['answers']), Number(row['kinds']), Number(row['numbers'])];
  if (answers === 0) return undefined;
  if (numbers === answers && kinds > 20) return { kind: 'regression' };
  if (mayBeTexts && (kinds > 20 || kinds > answers / 10)) return { kind: 'text' };
  if (kinds > mostLabels || (kinds > 20 && kinds > answers / 2)) return undefined;
  const labels = await db.rows('SELECT answer FROM answers GROUP BY answer ORDER BY answer');
  const texts = labels.map(({ answer }) => String(answer));
  // One answer alone is no choice.
  return texts.length < 2 ? undefined : { kind: 'classification', labels: texts };
}

/** Since when the candidate had which share: by day, where days differ, since a ramp raises it over night. */
async function splitOf(db: Database): Promise<LogAnswers['split']> {
  const served = 'bool_or(candidate_present) AS candidate';
  const days =
    await db.rows(`SELECT strftime(day, '%Y-%m-%d') AS day, strftime(min(since), '%Y-%m-%dT%H:%M:%SZ') AS since,
      count(*) AS units, count(*) FILTER (WHERE candidate) AS served FROM (
    SELECT date_trunc('day', "at") AS day, unit, min("at") FILTER (WHERE candidate_present) AS since, ${served} FROM requests GROUP BY day, unit)
    GROUP BY day ORDER BY day`);
  const periods: { from: string; units: number; served: number }[] = [];
  for (const row of days) {
    const day = { from: String(row['day']), units: Number(row['units']), served: Number(row['served']) };
    const before = periods.at(-1);
    if (before === undefined && day.served === 0) continue;
    if (before !== undefined && areAlike(before, day)) {
      periods[periods.length - 1] = { ...before, units: before.units + day.units, served: before.served + day.served };
    } else {
      periods.push(before === undefined ? { ...day, from: String(row['since']) } : day);
    }
  }
  const weights = periods.map(({ from, units, served: some }) => ({ from, share: likelyWeight(some / units, units) }));
  const isRamp = weights.every(({ share }, index) => share > (weights[index - 1]?.share ?? 0) && share < 1);
  if (weights.length > 0 && weights.length <= mostSteps && isRamp) return weights;
  const all = periods.reduce(
    (sum, { units, served: some }) => ({ units: sum.units + units, served: sum.served + some }),
    { units: 0, served: 0 },
  );
  const [first] = weights;
  const share = all.served / all.units;
  return first === undefined || !(share > 0 && share < 1)
    ? undefined
    : [{ from: first.from, share: likelyWeight(share, all.units) }];
}

const mostSteps = 6;

/** Whether two days' shares may be samples of one weight: less than four standard errors apart. */
function areAlike(left: { readonly units: number; readonly served: number }, right: typeof left): boolean {
  const pooled = (left.served + right.served) / (left.units + right.units);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / left.units + 1 / right.units));
  return Math.abs(left.served / left.units - right.served / right.units) <= 4 * error;
}

/** The round weight that the share is a likely sample of, else the share to a tenth of a percent. */
function likelyWeight(share: number, units: number): number {
  const error = 3 * Math.sqrt((share * (1 - share)) / units);
  const round = [0.5, 0.1, 0.05, 0.01, 0.25, 0.2, 0.02, 0.3, 0.4, 0.75, 0.15].find(
    (weight) => Math.abs(weight - share) <= error,
  );
  return round ?? Math.max(0.001, Math.round(share * 1000) / 1000);
}
