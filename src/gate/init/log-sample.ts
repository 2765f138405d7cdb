import { mkdir, rm } from 'node:fs/promises';
import type { Database } from '../../database/database.ts';
import { unusableFile } from '../../domain/errors.ts';
import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import { countOf } from '../../domain/format-number.ts';
import { type SurveyedField, surveyFields, type SurveyedFields } from '../../requests/explain/survey-fields.ts';
import { fieldNames } from '../../requests/files/scan-records.ts';
import { type RequestFile, resolveRequestFiles } from '../../requests/files/request-files.ts';
import { importers } from '../../requests/formats/importers.ts';
import { formatOfFields } from '../../requests/formats/sniff.ts';
import { prepareFolder, withDatabase, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { fieldsInside } from './fields-inside.ts';

/** What a log looks like, before anybody said what is what in it. */
export interface LogSample {
  readonly files: readonly RequestFile[];
  readonly format: LogFormat;
  readonly survey: SurveyedFields;
  /** Of a serving system's log that tells it: who answered, the most frequent first, and whether two answered the same requests. */
  readonly names: readonly (readonly [name: string, records: number])[];
  readonly pairs: boolean;
}

/** Files of a serving system may differ: captures, truths, inputs, outputs. */
const mostSurveyed = 5;
/** So many files of a log are held against the first. */
const mostCompared = 50;

/**
 * Reads the beginning of a log.
 * @throws UserError (exit 5) where it is none, and where its files are of several shapes.
 */
export async function sampleLog(world: World, db: Database, log: string): Promise<LogSample> {
  const files = await resolveRequestFiles(world.cwd, [log], '--log');
  const [first] = files;
  if (first === undefined) throw unusableFile(`${log} matches no file`);
  const names = await fieldNames(db, first);
  requireRecords(first, names);
  const format = formatOf(names);
  await requireOneShape(db, files, format);
  const survey = await surveyFields(db, first);
  const importer = importers[format];
  if (survey.records === 0)
    throw unusableFile(`${first.path}: the log holds no records`, {
      hint: 'name one with lines below its header, in UTF-8; iconv -f LATIN1 -t UTF-8 FILE > log.csv converts an older one',
    });
  if (format === 'canary' || importer.survey === undefined) return { files, format, survey, names: [], pairs: false };
  const { fields } = logFormatTraits[format];
  const options = {
    format,
    folder: world.cwd,
    files: [log],
    fields,
    segments: {},
    recorded: {},
    input: true,
    ordered: false,
  };
  const told = await importer.survey({ db, files, options });
  const others: SurveyedField[] = [];
  for (const file of files.slice(1, mostSurveyed)) others.push(...(await surveyFields(db, file)).fields);
  const inside = [...fieldsInside('input', told.inputs), ...[...survey.fields, ...others].flatMap(packedFields)];
  return {
    files,
    format,
    names: told.names,
    pairs: told.pairs,
    survey: { ...survey, fields: [...survey.fields, ...inside] },
  };
}

/** Runs work on a database that spills into the work folder. Folders that were made for it are gone afterwards: to look at a log writes nothing. */
export async function withSampling<T>(world: World, target: string, work: (db: Database) => Promise<T>): Promise<T> {
  const folder = workFolder(world, target);
  const made = await mkdir(folder, { recursive: true });
  try {
    await prepareFolder(folder);
    return await withDatabase(world, folder, work);
  } finally {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
  }
}

/** Of a serving system's records those that say nothing but an envelope; anything else is read as it is. */
function formatOf(names: readonly string[]): LogFormat {
  const format = formatOfFields(names) ?? 'canary';
  if (format !== 'tf-serving') return format;
  // `request.inputs` beside a version and a time of canary's own kind is a gateway's record.
  return names.some((name) => /^(?:response\.)?(?:predictions|outputs)|^raw_prediction|^response$/u.test(name))
    ? format
    : 'canary';
}

/** Texts of headers and attributes that hold values by name, as some systems pack them. */
function packedFields(field: SurveyedField): readonly SurveyedField[] {
  if (!/^metadata$|customAttributes$/iu.test(field.path)) return [];
  const texts = field.values.map((text) => (text.startsWith('{') ? text.toLowerCase() : attributesAsJson(text)));
  return fieldsInside(field.path, texts);
}

function attributesAsJson(text: string): string {
  const bare = text.replaceAll(/^\["|"\]$/gu, '');
  const pairs = bare.split(/[;,&]/u).map((pair) => pair.split('='));
  return JSON.stringify(
    Object.fromEntries(pairs.filter(({ length }) => length === 2).map(([name = '', value]) => [name.trim(), value])),
  );
}

/** What other tools write around their records, with the command that takes it off. */
const envelopes: readonly (readonly [test: (names: readonly string[]) => boolean, what: string, hint: string])[] = [
  [
    (names) => names.some((name) => name.startsWith('resourceSpans')),
    'batches of OpenTelemetry spans',
    "Write one span per line: jq -c '.resourceSpans[].scopeSpans[].spans[]' FILE > spans.jsonl",
  ],
  [
    (names) => names.some((name) => name.startsWith('resourceLogs')),
    'batches of OpenTelemetry log records',
    "Write one record per line: jq -c '.resourceLogs[].scopeLogs[].logRecords[]' FILE > records.jsonl",
  ],
];

/** @throws UserError (exit 5) for a file whose lines are no requests but hold them */
function requireRecords({ path }: RequestFile, names: readonly string[]): void {
  if (names.length === 0) {
    throw unusableFile(`${path}: no line of it is a record`, {
      hint: 'Write one JSON object per line, for instance with jq -c .[] FILE > log.jsonl, or a table with a header.',
    });
  }
  const found = envelopes.find(([test]) => test(names));
  if (found !== undefined)
    throw unusableFile(`${path}: each line is one of ${found[1]}, not one request`, { hint: found[2] });
}

/** @throws UserError (exit 5) where the files of a log are not of one kind: a guess from one would be wrong for the others. */
async function requireOneShape(db: Database, files: readonly RequestFile[], format: LogFormat): Promise<void> {
  const [first, ...others] = files.slice(0, mostCompared);
  if (first === undefined) return;
  const shape = new Set(await fieldNames(db, first));
  for (const file of others) {
    const names = await fieldNames(db, file);
    if (format !== 'canary' && formatOf(names) === format) continue;
    const shared = names.filter((name) => shape.has(name)).length;
    if (names.length === 0 || shared * 2 >= Math.min(shape.size, names.length)) continue;
    throw unusableFile(
      `${first.path} and ${file.path} are logs of two shapes, which share ${countOf(shared, 'field')}`,
      {
        hint: `${first.path} has ${shown([...shape])}; ${file.path} has ${shown(names)}. Name one of them with --log.`,
      },
    );
  }
}

function shown(names: readonly string[]): string {
  return `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`;
}
