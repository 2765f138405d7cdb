import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import { eachPath, type FieldPaths } from '../../domain/log/field-paths.ts';
import type { RecordPath } from '../../domain/log/record-path.ts';
import { unusableFile, type UserError } from '../../domain/errors.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { fileError } from '../files/file-error.ts';
import { jsonTextSql } from '../containers/json-path.ts';
import { type LogSource, isLiveSplit } from '../table/live-split.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles, roleSql } from '../values/read-options.ts';
import { insertRecords } from '../table/request-table.ts';
import { leaveOneComponent, countLines } from './count-lines.ts';
import { type CsvHeaders, csvHeaders } from './answers/csv-headers.ts';
import type { ExchangeFormat } from './exchange-format.ts';
import type { ExchangeSurvey, FileReading, RequestImporter } from './importer.ts';
import { requireFormat } from './sniff.ts';
import { nameOfLog } from './answers/answer-errors.ts';
import { isFailureSql, objectOfSql, partsOf, withPartsSql } from './answers/answer-sql.ts';
import { predictionSql } from './answers/prediction-sql.ts';
import { type AnswerReadings, readAnswers } from './answers/read-answers.ts';
import type { AnswerReading } from './answers/answer-reading.ts';
import { createTruths, type JoinNeeds, joinEvents } from './join-events.ts';
import { carriedFields, createEvents, pathInsideInput, placeColumn, stageEvents } from './stage-events.ts';

/**
 * Imports the log of a serving system: decodes every line into the table `events`, joins the lines about one request, and
 * unpacks batches into one request each. All of it runs in DuckDB, which spills to disk what does not fit in memory.
 */
export function exchangeImporter(format: ExchangeFormat): RequestImporter {
  return {
    survey: async (log) => await surveyExchanges(log, format),
    importFiles: async (log) => {
      const { db, options, files } = log;
      for (const file of files) await requireFormat(db, format.format, file);
      let staged = await stageFiles(log, format, {});
      const headers = await csvHeaders(db, options);
      // Only the whole log tells that a first line is a header, and then what is below it is unpacked by its names.
      if (Object.keys(headers).length > 0) staged = await stageFiles(log, format, headers);
      const otherComponents = await leaveOneComponent(log);
      const needs = await joinNeeds(db, options);
      await requireKnownNames(log, format);
      const readings = await readAnswers(log);
      if (needs.truths) await createTruths(db);
      await joinEvents(db, options, needs, format.silenceIsFailure ?? false);
      const counts = await countLines(log, needs);
      // All that is left to read of the events is in the exchanges.
      await db.run('DROP VIEW told; DROP VIEW labelled; DROP VIEW answered; DROP TABLE events');
      await insertRecords(db, options, { sql: unpackedSql(options, readings), file: 'file', problem: 'problem' });
      await db.run('DROP TABLE exchanges');
      return counts.map((lines, index): FileReading => {
        const { furtherUnreadable = 0, notes = [] } = staged[index] ?? {};
        const others = otherComponents.get(index) ?? 0;
        const counted = { ...lines, lines: lines.lines + furtherUnreadable + others, joined: lines.joined + others };
        return { furtherUnreadable, notes, lines: counted };
      });
    },
  };
}

const surveyedInputs = 2000;

async function surveyExchanges(log: LogSource, format: ExchangeFormat): Promise<ExchangeSurvey> {
  const { db, files } = log;
  for (const file of files) await requireFormat(db, format.format, file);
  await stageFiles(log, format, {});
  const names = await db.rows(`SELECT served_by, count(*) AS lines FROM events
    WHERE kind IN ('exchange', 'request', 'response') AND served_by <> '' GROUP BY served_by ORDER BY lines DESC, served_by`);
  const [row = {}] = await db.rows(`SELECT count(*) FILTER (WHERE names > 1) > count(*) / 2 AS pairs FROM (
    SELECT count(DISTINCT served_by) AS names FROM events WHERE kind IN ('exchange', 'request') GROUP BY pair_key)`);
  const inputs = await db.rows(
    `SELECT inputs[1] AS input FROM events WHERE kind IN ('exchange', 'request') AND len(inputs) > 0 LIMIT ${surveyedInputs}`,
  );
  await db.run('DROP TABLE events');
  return {
    names: names.map((name) => [String(name['served_by']), Number(name['lines'])] as const),
    pairs: row['pairs'] === true,
    inputs: inputs.map(({ input }) => String(input)),
  };
}

type StagedFile = Pick<FileReading, 'furtherUnreadable' | 'notes'>;

/** @returns of each file its unreadable records beyond the rows. */
async function stageFiles(
  { db, options, files }: LogSource,
  format: ExchangeFormat,
  headers: CsvHeaders,
): Promise<readonly StagedFile[]> {
  await createEvents(db, options);
  const staged: StagedFile[] = [];
  for (const [index, file] of files.entries()) {
    try {
      staged.push(await stageEvents(db, format, options, file, index, headers));
    } catch (error) {
      throw fileError(file, error);
    }
  }
  return staged;
}

async function joinNeeds(db: Database, options: ReadOptions): Promise<JoinNeeds> {
  const [row = {}] = await db.rows(`SELECT count(*) FILTER (WHERE kind IN ('request', 'response')) AS responses,
    count(*) FILTER (WHERE kind = 'truth') AS truths,
    count(*) FILTER (WHERE role = 'baseline') AS baseline, count(*) FILTER (WHERE role = 'candidate') AS candidate
    FROM (SELECT kind, ${roleSql(options)} AS role FROM events)`);
  return {
    responses: Number(row['responses']) > 0,
    truths: Number(row['truths']) > 0,
    pairs: !isLiveSplit(options) && Number(row['baseline']) > 0 && Number(row['candidate']) > 0,
  };
}

/** @throws UserError (exit 5) where outcomes are wanted and no line is of a version that the plan compares. */
async function requireKnownNames(log: LogSource, { format }: ExchangeFormat): Promise<void> {
  const { db, options } = log;
  if (recordedRoles(options).length === 0) return;
  const [known = {}] = await db.rows(`SELECT count(role) AS known, count(*) AS lines FROM (
    SELECT ${roleSql(options)} AS role FROM events WHERE kind IN ('exchange', 'request', 'response'))`);
  if (Number(known['known']) > 0 || Number(known['lines']) === 0) return;
  const names = await db.rows(`SELECT served_by FROM events WHERE kind IN ('exchange', 'request', 'response')
    GROUP BY served_by ORDER BY count(*) DESC, served_by LIMIT 5`);
  const told = names.flatMap(({ served_by: name }) => (name === null ? [] : [String(name)]));
  throw unknownNames(log, format, told);
}

function unknownNames({ options, files }: LogSource, format: LogFormat, names: readonly string[]): UserError {
  const [[, version] = ['baseline', 'stable']] = recordedRoles(options);
  const log = nameOfLog(files);
  const { title } = logFormatTraits[format];
  if (names.length === 0) {
    return unusableFile(`${log}: ${title} does not say here which version answered`, {
      hint: `if one version answered everything, write under requests: versions: { "*": ${JSON.stringify(version)} }`,
    });
  }
  return unusableFile(`${log}: answers are of ${names.join(', ')}, but the plan does not say which version that is`, {
    hint: `write under requests: versions: and which version each is, such as { ${JSON.stringify(names[0])}: ${JSON.stringify(version)} }`,
  });
}

const asWritten: AnswerReading = { kind: 'as-written', place: [] };

/** One row per request of every exchange, with the columns that `insertRecords` expects. */
function unpackedSql(options: ReadOptions, readings: AnswerReadings): string {
  const { label, timestamp } = options.fields;
  const texts = carriedFields(options).map(
    ([column, paths]) => `${carriedSql(column, paths)} AS ${quoteIdentifier(column)}`,
  );
  const labels = firstSql(eachPath(label).map((path) => textOf('labels[place + 1]', path)));
  const outcomes = recordedRoles(options).flatMap(([role]) => [
    `${role}_present`,
    `${role}_latency`,
    `${role}_error`,
    `coalesce(${answeredSql(options, role, readings[role] ?? asWritten)}, ${failureSql(role)}) AS ${role}_prediction`,
  ]);
  const columns = [
    'file',
    'problem',
    'true AS readable',
    'served_by',
    `CASE WHEN instances > 1 AND problem = 0 THEN id || '#' || place ELSE id END AS id`,
    `${firstSql(eachPath(timestamp).map((path) => textOf('timestamp', path)))} AS timestamp`,
    ...texts,
    `${labels} AS label`,
    ...(options.input ? ['inputs[place + 1] AS input'] : []),
    ...outcomes,
  ];
  const places = 'SELECT *, unnest(range(CASE WHEN problem = 0 THEN instances ELSE 1 END)) AS place FROM exchanges';
  const parts = recordedRoles(options).reduce(
    (rows, [role]) =>
      withPartsSql(rows, `${role}_part`, `${role}_answers[place + 1]`, (readings[role] ?? asWritten).place),
    places,
  );
  return `SELECT ${columns.join(', ')} FROM (${parts})`;
}

/** What a version answered as a prediction of canary's own; a free answer is what is there, a list of one too. */
function answeredSql({ values, labels }: ReadOptions, role: Role, reading: AnswerReading): string {
  const { found, single } = partsOf(`${role}_part`);
  if (values?.free === undefined) return predictionSql(`${role}_part`, reading, labels?.[role] ?? []);
  return values.free === 'text'
    ? `CASE WHEN ${found} LIKE '"%' THEN ${single} ELSE nullif(${found}, 'null') END`
    : `nullif(${found}, 'null')`;
}

/** An answer without a prediction that tells of a failure instead, to be told as it is. */
function failureSql(role: Role): string {
  const object = objectOfSql(partsOf(`${role}_part`).answer);
  return `CASE WHEN ${isFailureSql(object)} THEN ${object} END`;
}

/** The first of a field's texts that is there. */
function carriedSql(column: string, paths: FieldPaths): string {
  return firstSql(eachPath(paths).map((path, index) => textOf(quoteIdentifier(placeColumn(column, index)), path)));
}

function firstSql(texts: readonly string[]): string {
  const [only = 'NULL', ...further] = [...new Set(texts)];
  return further.length === 0
    ? only
    : `coalesce(${[only, ...further].map((text) => `nullif(${text}, '')`).join(', ')})`;
}

/** A text of the record itself, or one inside the decoded input. */
function textOf(column: string, path: string): string {
  const inside = pathInsideInput(path);
  return inside === undefined ? column : insideSql(inside);
}

function insideSql(path: RecordPath): string {
  return jsonTextSql('inputs[place + 1]', path);
}
