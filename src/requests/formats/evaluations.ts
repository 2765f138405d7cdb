import { fileName, timeless } from '../../domain/log/evaluation-formats.ts';
import { eachPath } from '../../domain/log/field-paths.ts';
import { unusableFile } from '../../domain/errors.ts';
import { countOf } from '../../domain/format-number.ts';
import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import { pathOf, type RecordPath } from '../../domain/log/record-path.ts';
import { roles } from '../../domain/role.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { knownEndings } from '../containers/containers.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { fileError } from '../files/file-error.ts';
import type { RequestFile } from '../files/request-files.ts';
import { scanRecords } from '../files/scan-records.ts';
import { insertRecords } from '../table/request-table.ts';
import type { LogSource } from '../table/live-split.ts';
import { namesOfRole, type ReadOptions, recordedRoles, wantedFields, wantedValuesOf } from '../values/read-options.ts';
import { scoreColumn } from '../values/wanted-values.ts';
import { type ToldName, toldIn } from '../../domain/scores/answer-numbers.ts';
import { nameOfLog } from './answers/answer-errors.ts';
import type { ExchangeSurvey, FileReading, RequestImporter } from './importer.ts';
import { text } from './exchange-format.ts';
import { promptfooColumns, promptfooFields, promptfooScore, promptfooUsage, providerSql } from './promptfoo.ts';
import { requireFormat } from './sniff.ts';

/** How the records of one kind of evaluation are read into the columns that a record of one version's outcome has. */
interface EvaluationFormat {
  readonly format: LogFormat;
  /** Where a score of a name may be, the likeliest place first. */
  readonly scorePlaces: (name: string) => readonly RecordPath[];
  /** Where `toldNumbers` are that are not where answers hold them. */
  readonly usagePlaces: Readonly<Partial<Record<ToldName, readonly RecordPath[]>>>;
  /** Further fields to read, and what columns become by them: SQL by column. */
  readonly fields: readonly WantedField[];
  columns(options: ReadOptions): Readonly<Record<string, string>>;
}

/** The results of promptfoo, as its option `--output` writes them: one JSON document, or a line for each result. */
export const promptfoo = evaluationImporter({
  format: 'promptfoo',
  scorePlaces: promptfooScore,
  usagePlaces: promptfooUsage,
  fields: promptfooFields,
  columns: promptfooColumns,
});

/** Where an answer may be beside `prediction`. */
const otherAnswers = ['output', 'response', 'completion', 'answer'];

/** Records of evaluation runs, of which each is what one version answered to an example; the file tells which. */
export const evaluationRuns = evaluationImporter({
  format: 'eval-runs',
  scorePlaces: (name) => [['scores', name], ['metrics', name], [name]],
  usagePlaces: {},
  fields: otherAnswers.map((name) => text(`other_${name}`, name)),
  columns: ({ fields }) => {
    if (fields.served?.prediction !== 'prediction') return {};
    const answers = ['served_prediction', ...otherAnswers.map((name) => `other_${name}`)];
    const filled = answers.map((answer) => `nullif(${answer}, '')`);
    // Where no place has more, an empty text is the answer.
    return { served_prediction: `coalesce(${[...filled, ...answers].join(', ')})` };
  },
});

function evaluationImporter(evaluation: EvaluationFormat): RequestImporter {
  return {
    importFiles: async (log) => {
      const readings: FileReading[] = [];
      for (const [index, file] of log.files.entries()) readings.push(await importFile(log, evaluation, file, index));
      await requireBoth(log, evaluation);
      return readings;
    },
    survey: async (log) => await surveyRuns(log, evaluation),
  };
}

async function importFile(
  { db, options }: LogSource,
  evaluation: EvaluationFormat,
  file: RequestFile,
  index: number,
): Promise<FileReading> {
  if (evaluation.format === 'promptfoo') await requireFormat(db, 'promptfoo', file);
  try {
    const scan = await scanRecords(db, file, fieldsOf(evaluation, options), { decimal: options.decimal });
    const sql = recordsSql(evaluation, options, file, scan.sql);
    await insertRecords(db, options, { sql, file: index });
    return { furtherUnreadable: await scan.furtherUnreadable(), notes: [...scan.notes, ...(await notesOf(db, index))] };
  } catch (error) {
    throw fileError(file, error);
  }
}

/** @throws UserError (exit 5) where a version that the plan compares has no record, and others have */
async function requireBoth(log: LogSource, evaluation: EvaluationFormat): Promise<void> {
  const { db, options, files } = log;
  const versions = recordedRoles(options);
  const [row = {}] = await db.rows(
    `SELECT count(*) AS records, ${versions
      .map(([role]) => `count(*) FILTER (WHERE ${role}_present) AS ${role}`)
      .join(', ')} FROM requests`,
  );
  const absent = versions.find(([role]) => Number(row[role]) === 0);
  if (absent === undefined || Number(row['records']) === 0) return;
  const { names } = await surveyRuns(log, evaluation);
  if (names.length === 0) return;
  const told = names.slice(0, 5).map(([name]) => name);
  const known = new Set(versions.flatMap(([role]) => namesOfRole(options, role)));
  const unknown = told.findLast((name) => !known.has(name));
  throw unusableFile(`${nameOfLog(files)}: no answer is of ${absent[1]}; answers are of ${told.join(', ')}`, {
    hint:
      unknown === undefined
        ? `name the results of ${absent[1]} in requests.source as well`
        : `write under requests: versions: and which version each is, such as { ${JSON.stringify(unknown)}: ${JSON.stringify(absent[1])} }`,
  });
}

/** The fields of every record, with scores and tokens where this evaluation keeps them. */
function fieldsOf({ scorePlaces, usagePlaces, fields }: EvaluationFormat, options: ReadOptions): WantedField[] {
  const { scores = [] } = wantedValuesOf(options);
  const elsewhere: Readonly<Record<string, readonly RecordPath[]>> = usagePlaces;
  const places = new Map<string, readonly RecordPath[]>();
  for (const role of roles) {
    for (const { name, from } of scores) if (from === 'outcome') places.set(scoreColumn(role, name), scorePlaces(name));
    for (const [name, { paths }] of toldIn()) places.set(`${role}_${name}`, elsewhere[name] ?? paths);
  }
  const wanted = wantedFields(options).map((field): WantedField => {
    const [path, ...otherwise] = places.get(field.column) ?? [];
    return path === undefined ? field : { ...field, path, otherwise };
  });
  return [...wanted, ...fields];
}

function recordsSql(evaluation: EvaluationFormat, options: ReadOptions, file: RequestFile, scanSql: string): string {
  const { fields } = options;
  const columns: Record<string, string> = {
    timestamp: `coalesce(nullif(timestamp, ''), ${quoteLiteral(timeless)})`,
    ...(recordedRoles(options).length > 0 ? evaluation.columns(options) : {}),
  };
  if (fields.served?.by === fileName) columns['served_by'] = quoteLiteral(nameOfFile(file, options));
  if (areSame(fields.unit, logFormatTraits[evaluation.format].fields.unit)) columns['unit'] = exampleSql;
  const replaced = Object.entries(columns).map(([column, sql]) => `${sql} AS ${quoteIdentifier(column)}`);
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${scanSql})`;
}

/** An evaluation knows no user, so that an example is a unit: what was asked, which a repeated run asks again, else its id. */
const exampleSql = `CASE WHEN unit LIKE '{_%' AND unit <> '{}' THEN 'example ' || left(md5(unit), 12) WHEN nullif(unit, '') IS NULL OR unit = '{}' THEN id ELSE unit END`;

function areSame(left: ReadOptions['fields']['unit'], right: ReadOptions['fields']['unit']): boolean {
  return eachPath(left).join('\n') === eachPath(right).join('\n');
}

/** What a plan's `versions` may call a file: its path, that without the ending, or its name alone, which it is called otherwise. */
function nameOfFile({ path }: RequestFile, options: ReadOptions): string {
  const ending = knownEndings.find((each) => path.toLowerCase().endsWith(each)) ?? '';
  const plain = path.slice(0, path.length - ending.length);
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  const known = new Set(recordedRoles(options).flatMap(([role]) => namesOfRole(options, role)));
  return [path, plain, name].find((each) => known.has(each)) ?? name;
}

/** What goes without saying of no log: that an example stands for a user, and that no record tells a time. */
async function notesOf(db: Database, file: number): Promise<readonly string[]> {
  const [row = {}] =
    await db.rows(`SELECT count(*) FILTER (WHERE "at" = TIMESTAMP ${quoteLiteral(timeless.replace(/[TZ]/gu, ' ').trim())}) AS timeless,
    count(*) AS records FROM requests WHERE file = ${file} AND reason = 0`);
  const without = Number(row['timeless']);
  if (without === 0) return [];
  return [
    `${countOf(without, 'record')} of ${Number(row['records'])} have no time and count as of ${timeless.slice(0, 10)}`,
  ];
}

const surveyedInputs = 2000;

/** Who answered, and the first inputs. */
async function surveyRuns({ db, files, options }: LogSource, { format }: EvaluationFormat): Promise<ExchangeSurvey> {
  const own = logFormatTraits[format].fields.served?.by;
  const served = options.fields.served?.by ?? own ?? fileName;
  const isPromptfoo = format === 'promptfoo';
  const names = new Map<string, number>();
  const inputs: string[] = [];
  for (const file of files) {
    const fields: WantedField[] = [
      text('named', ...pathOf(served)),
      ...(isPromptfoo ? promptfooFields : []),
      { column: 'input', path: pathOf(options.fields.input), as: 'json' },
    ];
    const scan = await scanRecords(db, file, fields);
    const by =
      served === fileName
        ? quoteLiteral(nameOfFile(file, options))
        : isPromptfoo && served === own
          ? providerSql('named')
          : `nullif(named, '')`;
    const rows = await db.rows(
      `SELECT ${by} AS name, count(*) AS records FROM (${scan.sql}) WHERE readable GROUP BY name`,
    );
    for (const { name, records } of rows)
      if (name !== null) names.set(String(name), (names.get(String(name)) ?? 0) + Number(records));
    const first = await db.rows(
      `SELECT input FROM (${scan.sql}) WHERE input IS NOT NULL LIMIT ${surveyedInputs - inputs.length}`,
    );
    inputs.push(...first.map(({ input }) => String(input)));
  }
  const sorted = [...names].toSorted(([left, a], [right, b]) => b - a || (left < right ? -1 : 1));
  return { names: sorted, pairs: sorted.length > 1, inputs };
}
